package company

// ticketWork is a change that is made by ticket alone.
type ticketWork struct {
	title    string
	category string // as in the ticket
	systems  string
	risk     string
	file     string // what the attached difference is of
	old, new string
	why      string
	plan     string // how it is carried out
	test     string
	back     string
}

func (w ticketWork) kind() string {
	if w.category == "Configuration" || w.category == "Feature flag" {
		return "configuration"
	}
	return "infrastructure"
}

// infraWorks is what the platform and operations people had to do.
func infraWorks() []ticketWork {
	const (
		k8s, pg, edge, vault = "Kubernetes platform", "PostgreSQL cluster", "Edge firewall", "Secrets vault"
		ledger, checkout     = "Ledger API", "Checkout Web"
		payout, identity     = "Payout Worker", "Identity Gateway"
	)
	rows := []ticketWork{
		{"Raise the number of nodes in pool general from 9 to 12", "Infrastructure", k8s, "Medium", "terraform/eu-central-1/eks.tf", "  desired_size = 9\n  max_size     = 12", "  desired_size = 12\n  max_size     = 16",
			"CPU requests are at 88 % on weekday evenings.", "terraform plan, review, terraform apply in the window. Nodes join in four minutes; nothing is drained.", "Applied to staging on the day before: three nodes joined, pods scheduled within a minute.", "terraform apply with the old numbers; the new nodes are drained first."},
		{"Allow the new acquirer's addresses through the edge firewall", "Network", edge, "High", "firewall/edge/outbound.rules", "allow tcp 198.51.100.0/28 443", "allow tcp 198.51.100.0/28 443\nallow tcp 203.0.113.64/28 443",
			"The acquirer opens a second data centre on the first of next month.", "Rule is added on both firewalls, passive node first.", "Connection from the test host through the passive node; TLS certificate compared with the acquirer's letter.", "Delete the rule; established connections are not affected."},
		{"Update PostgreSQL from 16.10 to 16.11", "Infrastructure", pg, "High", "ansible/group_vars/postgres.yml", "postgres_version: \"16.10\"", "postgres_version: \"16.11\"",
			"Monthly patch day. Two security fixes (CVE-2025-12817, CVE-2025-12818).", "Replicas first, switch-over, then the old primary. Write stop of about 20 seconds.", "Same steps on staging a week before; regression suite of all four services is green.", "Switch back to the replica that keeps 16.10 until the next day."},
		{"Rotate the certificate of api.harbourline.example", "Configuration", ledger, "Medium", "cert-manager/api.yaml", "  renewBefore: 240h", "  renewBefore: 720h",
			"Renewal came ten days before the end in December, which is too close.", "Apply, watch the new certificate being issued, compare its fingerprint at two edge nodes.", "Done on staging; monitoring shows 89 days.", "Old secret is kept as api-tls-previous."},
		{"Turn on instalments for three merchants", "Feature flag", checkout, "Low", "flags/production/instalments.json", "  \"merchants\": []", "  \"merchants\": [\"m_1183\", \"m_2071\", \"m_2290\"]",
			"Contract starts on the first. Asked for by sales, agreed with risk.", "Flag is switched at 10:00; support is informed.", "Flag was on for the test merchant for two weeks.", "Switch the flag off; takes effect within a minute."},
		{"Raise the rate limit of the public API from 100 to 150 a second", "Configuration", identity, "Medium", "gateway/limits.yaml", "  perSecond: 100", "  perSecond: 150",
			"Two merchants hit the limit during sales days.", "Change in the configuration service, rolling reload.", "Load test on staging at 160 a second: 429 from the 151st, latency unchanged.", "Set 100 again; reload takes 30 seconds."},
		{"Move the nightly backup to the second region", "Infrastructure", pg, "Medium", "terraform/backup/main.tf", "  region = \"eu-central-1\"", "  region = \"eu-west-1\"",
			"Business continuity test of November, item 4.", "New vault, first copy, then switch the plan.", "Restore of last night's backup in the second region: 2 h 11 min, row counts equal.", "The old vault is kept for 35 days."},
		{"Give the payout worker its own node pool", "Infrastructure", payout, "Medium", "terraform/eu-central-1/pools.tf", "", "module \"pool_payout\" {\n  source = \"../modules/pool\"\n  taints = [\"payout=only:NoSchedule\"]\n}",
			"Neighbours' load delays the 15:00 run.", "Create, taint, move the deployment, watch one run.", "Same on staging for a week.", "Remove the toleration; pods go back to the general pool."},
		{"Remove access of former suppliers from the bastion", "Access", edge, "Low", "ansible/bastion/users.yml", "  - supplier-kelp\n  - supplier-osprey", "",
			"Quarterly access review, two accounts without a contract.", "Remove keys, end sessions.", "ssh with the test key is refused.", "Add the key again after approval by security."},
		{"Set log retention of the gateway to 400 days", "Configuration", identity, "Low", "loki/retention.yaml", "  period: 180d", "  period: 400d",
			"Audit requirement for sign-in events.", "Apply; compactor picks it up in the night.", "Disk forecast: 1.9 TB of 4 TB.", "Set 180d; nothing is deleted before the next compaction."},
		{"Upgrade Kubernetes from 1.32 to 1.33", "Infrastructure", k8s, "High", "terraform/eu-central-1/eks.tf", "  version = \"1.32\"", "  version = \"1.33\"",
			"Support of 1.32 ends in the autumn; two deprecated APIs are gone from our charts.", "Control plane, add-ons, then node pools one at a time.", "Staging cluster runs 1.33 for 14 days; conformance test passed.", "Control plane cannot go back: a new cluster from the last backup is rehearsed (3 h)."},
		{"Switch the statement e-mails to the new sender domain", "Configuration", payout, "Low", "mail/production.yaml", "from: no-reply@mail.harbourline.example", "from: statements@harbourline.example",
			"Mailbox providers ask for alignment with DMARC.", "DNS was prepared last week; switch the setting.", "40 test mails to six providers: all with SPF, DKIM and DMARC pass.", "Switch back; both senders stay valid."},
		{"Raise work_mem of the reporting replica to 128 MB", "Configuration", pg, "Low", "postgres/reporting.conf", "work_mem = 32MB", "work_mem = 128MB",
			"Month-end reports write 90 GB of temporary files.", "ALTER SYSTEM, reload.", "Report on the staging replica: 38 min before, 9 min after; memory at 60 %.", "Reload with the old value."},
		{"Block sign-in from anonymising networks for administrators", "Security", identity, "High", "waf/admin.rules", "", "deny if asn in tor_exit, vpn_public and path ^/admin",
			"Item 11 of the penetration test.", "Count mode for a week, then deny.", "Two hits in count mode, both our own testers.", "Rule back to count; one click."},
		{"Add a second write-ahead log archive", "Infrastructure", pg, "Medium", "postgres/archive.conf", "archive_command = 'wal-push s3://hb-wal'", "archive_command = 'wal-push s3://hb-wal && wal-push s3://hb-wal-second'",
			"A single bucket is a single mistake away from no archive.", "Reload, watch both buckets.", "Point-in-time restore from the second bucket to 14:05 of yesterday on staging.", "Old command, reload."},
		{"Turn off TLS 1.2 ciphers without forward secrecy", "Security", edge, "Medium", "edge/tls.conf", "ciphers HIGH:!aNULL", "ciphers ECDHE+AESGCM:ECDHE+CHACHA20",
			"PCI DSS scan. 0.02 % of handshakes last month would fail; both merchants were informed.", "Canary node for a day, then all.", "Scan on staging grade A+; handshakes of the canary without errors.", "Old line; reload of the edge takes a second."},
		{"Lower the alert threshold for failed payouts to 0.5 %", "Configuration", payout, "Low", "alerts/payout.yaml", "  expr: payout_failure_ratio > 0.01", "  expr: payout_failure_ratio > 0.005",
			"Incident review of January: the alert came 40 minutes late.", "Apply; promtool check in the pipeline.", "Replayed on the metrics of January: fires at 00:52 instead of 01:31.", "Apply the old rule."},
		{"Renew the VPN tunnel to Nordbank with IKEv2", "Network", edge, "High", "vpn/nordbank.conf", "  keyexchange=ikev1", "  keyexchange=ikev2\n  ike=aes256gcm16-prfsha384-ecp384",
			"Bank ends IKEv1 in June.", "Second tunnel beside the first, switch the route, watch one file transfer.", "Test tunnel carried test files for three days.", "Route back to the first tunnel; it stays for a week."},
		{"Move secrets of the checkout page to the vault's version 2", "Infrastructure", vault, "Medium", "vault/policies/checkout.hcl", "path \"kv/checkout/*\" {", "path \"kv2/data/checkout/*\" {",
			"Version 1 keeps no history.", "Copy, switch the path, restart pods in turn.", "Staging runs on version 2 for a week; a value was rolled back there.", "Old path is kept, read-only, for 30 days."},
		{"Set the maximum upload of dispute documents to 20 MB", "Configuration", ledger, "Low", "ingress/disputes.yaml", "  proxy-body-size: 8m", "  proxy-body-size: 20m",
			"Phone photos are larger than 8 MB; support handles six a day by mail.", "Apply; ingress reloads.", "19.9 MB accepted, 20.1 MB refused with a clear text.", "Old value."},
		{"Resize the Redis of the gateway from 8 to 16 GB", "Infrastructure", identity, "Medium", "terraform/redis/gateway.tf", "  node_type = \"cache.r7g.large\"", "  node_type = \"cache.r7g.xlarge\"",
			"Evictions began in the evening peak.", "Online resize, replica first.", "Done on staging under load: 3 failed requests of 400,000, all retried.", "Resize back online."},
		{"Open the maintenance page for the database window", "Configuration", checkout, "Medium", "flags/production/maintenance.json", "  \"enabled\": false", "  \"enabled\": true",
			"Announced to merchants two weeks ago for 04:00 to 04:20.", "Switch on at 03:58, off after the checks.", "Page seen on staging in four languages.", "Switch off."},
		{"Restrict egress of the ledger's pods to known hosts", "Security", ledger, "High", "netpol/ledger.yaml", "  egress: [{}]", "  egress:\n    - to: [{ namespaceSelector: { matchLabels: { name: data } } }]\n    - to: [{ ipBlock: { cidr: 198.51.100.0/28 } }]",
			"Risk assessment 2026, line 14.", "Audit mode for two weeks, then enforce on one pod, then all.", "Audit mode shows no other destination but the metadata service, which is blocked on purpose.", "Remove the policy; effective at once."},
		{"Change the time server of all hosts to the internal pool", "Configuration", k8s, "Low", "ansible/ntp.yml", "ntp: pool.ntp.org", "ntp: time.hb.internal",
			"Clock difference between hosts was up to 200 ms.", "Ansible in batches of ten.", "Staging hosts within 3 ms for a week.", "Old value."},
		{"Enable point-in-time restore for the disputes bucket", "Infrastructure", ledger, "Low", "terraform/s3/disputes.tf", "  versioning = false", "  versioning = true",
			"A document was overwritten by its successor.", "terraform apply.", "Overwritten test file restored on staging.", "Suspend versioning; old versions stay."},
		{"Add reading rights for internal audit on the deployment records", "Access", k8s, "Low", "rbac/audit.yaml", "", "kind: RoleBinding\nmetadata:\n  name: internal-audit-view\nroleRef:\n  name: view",
			"Asked for by internal audit for the quarterly test.", "Apply.", "kubectl auth can-i: get yes, delete no.", "Delete the binding."},
		{"Resize the disks of the ledger's database from 2 to 3 TB", "Infrastructure", pg, "Medium", "terraform/rds/ledger.tf", "  allocated_storage = 2000", "  allocated_storage = 3000",
			"78 % are used; at the present growth 90 % in seven weeks.", "Online resize, replica first.", "Resize of the staging disks under load without a pause.", "Disks cannot shrink; nothing to take back."},
		{"Turn off the old acquirer's webhook address", "Configuration", ledger, "Low", "ingress/webhooks.yaml", "    - path: /hooks/acquirer-a/v1", "    - path: /hooks/acquirer-a/v1\n      response: 410",
			"No request came for 60 days; the acquirer confirms that version 1 is off.", "Apply, watch the 410 counter for a day.", "Staging answers 410.", "Old rule."},
		{"Shorten the cache of feature flags to 30 seconds", "Configuration", checkout, "Low", "config/flags.yaml", "  ttl: 300s", "  ttl: 30s",
			"Switching a flag off takes five minutes, which is too long in an incident.", "Apply to one pod, look at the load of the flag service, then all.", "Load of the flag service on staging rises from 2 to 20 requests a second, limit is 500.", "Old value."},
		{"Move the gateway's sessions to the new Redis", "Infrastructure", identity, "High", "config/sessions.yaml", "  host: redis-a.internal", "  host: redis-b.internal",
			"The old one is on hardware that goes out of support.", "Write to both for a day, read from the new one, stop writing to the old one.", "Same on staging with 2,000 test sessions: none lost.", "Read from the old one again; both are written until the next day."},
		{"Add a third name server for the internal zone", "Network", k8s, "Low", "dns/internal.zone", "  NS ns2.hb.internal.", "  NS ns2.hb.internal.\n  NS ns3.hb.internal.",
			"Outage of one name server in January left no reserve.", "Start, check zone transfer, publish.", "dig against all three gives equal serials.", "Remove the record."},
		{"Limit exports of the reporting database to the office network", "Security", pg, "Medium", "postgres/pg_hba.conf", "host reporting analyst 0.0.0.0/0 scram-sha-256", "host reporting analyst 10.20.0.0/16 scram-sha-256",
			"Result of the access review.", "Reload, try from both networks.", "From outside the connection is refused; from the office it works.", "Old line, reload."},
		{"Allow treasury to see the amount of the next run", "Access", payout, "Low", "rbac/treasury.yaml", "", "kind: RoleBinding\nmetadata:\n  name: treasury-next-run\nroleRef:\n  name: next-run-reader",
			"Treasury moves money between banks before 14:00.", "Apply.", "Two people of treasury see it, and nothing else.", "Delete the binding."},
		{"Rotate the signing key of access tokens", "Security", identity, "High", "vault/transit/tokens.hcl", "  min_decryption_version = 6", "  min_decryption_version = 7",
			"Yearly rotation.", "New key is published, an hour later it signs, a day later the old one is withdrawn.", "Rotation on staging: no token was refused in 24 hours.", "Sign with the old key; it stays published."},
		{"Raise the alert delay of the mail queue to ten minutes", "Configuration", k8s, "Low", "alerts/mail.yaml", "  for: 2m", "  for: 10m",
			"41 alerts in a month, none of them needed anybody.", "Apply; promtool check in the pipeline.", "Replay of the month: three alerts are left.", "Old value."},
	}
	return rows
}
