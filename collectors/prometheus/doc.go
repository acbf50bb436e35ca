// Package prometheus collects named measurements around a deployment from
// Prometheus, or from a server that speaks its query interface (Thanos, Mimir,
// VictoriaMetrics, Amazon and Google managed services).
//
// # Endpoints
//
//   - api/v1/query_range: each query of the service, once for the window before
//     the deployment and once for the window after it
//   - api/v1/status/runtimeinfo: how long the server keeps data, where a window
//     came back empty; servers that do not have it are taken as not saying
//   - api/v1/status/buildinfo and api/v1/query: before a run, to prove that the
//     server answers and that each configured query can be run
//
// Documentation: https://prometheus.io/docs/prometheus/latest/querying/api/.
//
// # Least permissions
//
// Reading queries. Prometheus itself has no users; where a proxy or a managed
// service asks for a login, one that may query is enough. No source of this
// kind says whom it takes us for.
//
// # What the source keeps
//
// 15 days by default, by time, by size or both. A window older than that comes
// back as empty, just as one in which nothing was measured does. Where the
// server states a time, an empty window from before it is reported as expired;
// otherwise the gap says that there is no data.
//
// # Limits
//
// Prometheus gives at most 11,000 points a series; a step that would need more
// is refused when the collector is made. The values are what the server
// computes at each step, not the single measurements. Native histograms have no
// single value and are not read: query a quantile or a rate of them instead.
// The end of a window is not cut where it lies in the future; a gap says that
// the window had not ended when it was read.
package prometheus
