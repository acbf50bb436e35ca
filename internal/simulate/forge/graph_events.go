package forge

import "strings"

// eventType names GraphQL's type for REST's kind of an event.
func eventType(kind string) string {
	switch kind {
	case "renamed":
		return "RenamedTitleEvent"
	case "cross-referenced":
		return "CrossReferencedEvent"
	}
	var b strings.Builder
	for _, w := range strings.Split(kind, "_") {
		if w != "" {
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	return b.String() + "Event"
}

// eventTypes is every event that timelines have.
func eventTypes() graph {
	every := f[event]{
		"id":        func(_ *asker, e event, _ args) any { return eventNode(e) },
		"actor":     func(q *asker, e event, _ args) any { return q.account(e.Actor) },
		"createdAt": func(_ *asker, e event, _ args) any { return e.At },
	}
	of := func(more f[event]) map[string]resolver {
		all := f[event]{}
		for k, v := range every {
			all[k] = v
		}
		for k, v := range more {
			all[k] = v
		}
		return on(all)
	}
	onPull := func(_ *asker, e event, _ args) any {
		if e.thread.pull == nil {
			return nil
		}
		return pull{e.r, e.thread.pull}
	}
	subject := func(_ *asker, e event, _ args) any { return e.thread }
	after := func(_ *asker, e event, _ args) any { return e.r.commitOrNil(e.Event.Commit) }
	before := func(_ *asker, e event, _ args) any { return e.r.commitOrNil(e.Before) }
	who := func(q *asker, e event, _ args) any {
		if e.Actor != nil && typeOf(e.Actor) == "User" {
			return q.account(e.Actor)
		}
		return nil
	}
	database := func(_ *asker, e event, _ args) any { return e.ID }
	reason := func(_ *asker, e event, _ args) any { return orNull(e.Message) }
	labeled := f[event]{"label": func(_ *asker, e event, _ args) any { return labelOf{e.r, e.Label} }, "labelable": subject}
	assigned := f[event]{"assignee": func(q *asker, e event, _ args) any { return q.account(e.User) }, "assignable": subject}
	milestoned := f[event]{"milestoneTitle": func(_ *asker, e event, _ args) any { return e.Event.Title }, "subject": subject}
	requested := f[event]{"pullRequest": onPull, "requestedReviewer": func(q *asker, e event, _ args) any {
		if e.Team != nil {
			return e.Team
		}
		return q.account(e.User)
	}}
	mentioned := func(_ *asker, e event, _ args) any {
		if e.Source != nil && e.Source.Repo != nil {
			if t, ok := e.Source.Repo.idx.threads[e.Source.Number]; ok {
				return t
			}
		}
		return nil
	}
	elsewhere := func(_ *asker, e event, _ args) any { return e.Source != nil && e.Source.Repo != e.r }
	enabled := f[event]{"enabler": who, "pullRequest": onPull}
	return graph{
		"AssignedEvent": of(assigned), "UnassignedEvent": of(assigned), "LabeledEvent": of(labeled), "UnlabeledEvent": of(labeled),
		"MilestonedEvent": of(milestoned), "DemilestonedEvent": of(milestoned),
		"ReviewRequestedEvent": of(requested), "ReviewRequestRemovedEvent": of(requested),
		"AutoMergeEnabledEvent": of(enabled), "AutoSquashEnabledEvent": of(enabled), "AutoRebaseEnabledEvent": of(enabled),
		"AutoMergeDisabledEvent":     of(f[event]{"disabler": who, "pullRequest": onPull, "reason": reason}),
		"AddedToMergeQueueEvent":     of(f[event]{"enqueuer": who, "pullRequest": onPull}),
		"RemovedFromMergeQueueEvent": of(f[event]{"enqueuer": who, "pullRequest": onPull, "reason": reason, "beforeCommit": before}),
		"ReadyForReviewEvent":        of(f[event]{"pullRequest": onPull}),
		"ConvertToDraftEvent":        of(f[event]{"pullRequest": onPull}),
		"HeadRefForcePushedEvent": of(f[event]{"pullRequest": onPull, "beforeCommit": before, "afterCommit": after, "ref": func(_ *asker, e event, _ args) any {
			return pull{e.r, e.thread.pull}.headRef()
		}}),
		"BaseRefForcePushedEvent": of(f[event]{"pullRequest": onPull, "beforeCommit": before, "afterCommit": after, "ref": func(_ *asker, e event, _ args) any {
			return e.r.ref(e.thread.pull.Base.Ref)
		}}),
		"BaseRefChangedEvent": of(f[event]{
			"pullRequest": onPull, "databaseId": database,
			"currentRefName":  func(_ *asker, e event, _ args) any { return e.To },
			"previousRefName": func(_ *asker, e event, _ args) any { return e.From },
		}),
		"HeadRefDeletedEvent": of(f[event]{
			"pullRequest": onPull,
			"headRefName": func(_ *asker, e event, _ args) any { return e.thread.pull.Head.Ref },
			"headRef":     func(_ *asker, e event, _ args) any { return pull{e.r, e.thread.pull}.headRef() },
		}),
		"HeadRefRestoredEvent": of(f[event]{"pullRequest": onPull}),
		"RenamedTitleEvent": of(f[event]{
			"subject":       subject,
			"currentTitle":  func(_ *asker, e event, _ args) any { return e.To },
			"previousTitle": func(_ *asker, e event, _ args) any { return e.From },
		}),
		"ReviewDismissedEvent": of(f[event]{
			"pullRequest": onPull, "databaseId": database, "dismissalMessage": reason,
			"previousReviewState": func(_ *asker, e event, _ args) any { return upper(e.State) },
			"url":                 func(q *asker, e event, _ args) any { return q.threadWeb(e.thread) + "#event-" + bigID(e.ID) },
			"review": func(_ *asker, e event, _ args) any {
				if e.Review == nil {
					return nil
				}
				return review{pull{e.r, e.thread.pull}, e.Review}
			},
			"pullRequestCommit": func(_ *asker, e event, _ args) any {
				if c := e.r.Commits[e.Event.Commit]; c != nil {
					return pullCommit{pull{e.r, e.thread.pull}, commit{e.r, c}}
				}
				return nil
			},
		}),
		"MergedEvent": of(f[event]{
			"pullRequest": onPull, "commit": after,
			"mergeRefName": func(_ *asker, e event, _ args) any { return e.thread.pull.Base.Ref },
			"mergeRef":     func(_ *asker, e event, _ args) any { return e.r.ref(e.thread.pull.Base.Ref) },
			"url":          func(q *asker, e event, _ args) any { return q.threadWeb(e.thread) + "#event-" + bigID(e.ID) },
		}),
		"ClosedEvent": of(f[event]{
			"closable":    subject,
			"stateReason": func(_ *asker, e event, _ args) any { return orNull(upper(e.StateReason)) },
			"closer": func(_ *asker, e event, _ args) any {
				if e.PullRequest != nil {
					return pull{e.r, e.PullRequest}
				}
				return e.r.commitOrNil(e.Event.Commit)
			},
		}),
		"ReopenedEvent": of(f[event]{"closable": subject}),
		"LockedEvent":   of(f[event]{"lockable": subject, "lockReason": func(_ *asker, e event, _ args) any { return orNull(upper(strings.ReplaceAll(e.Message, " ", "_"))) }}),
		"UnlockedEvent": of(f[event]{"lockable": subject}),
		"PinnedEvent":   of(nil), "UnpinnedEvent": of(nil),
		"MentionedEvent": of(f[event]{"databaseId": database}), "SubscribedEvent": of(nil), "UnsubscribedEvent": of(nil),
		"ReferencedEvent": of(f[event]{
			"subject": subject, "commit": after, "commitRepository": func(_ *asker, e event, _ args) any { return e.r },
			"isCrossRepository": func(_ *asker, _ event, _ args) any { return false }, "isDirectReference": func(_ *asker, _ event, _ args) any { return true },
		}),
		"CrossReferencedEvent": of(f[event]{
			"source": mentioned, "target": subject, "isCrossRepository": elsewhere,
			"willCloseTarget": func(_ *asker, _ event, _ args) any { return false },
			"referencedAt":    func(_ *asker, e event, _ args) any { return e.At },
		}),
		"ConnectedEvent":      of(f[event]{"source": mentioned, "subject": subject, "isCrossRepository": elsewhere}),
		"DisconnectedEvent":   of(f[event]{"source": mentioned, "subject": subject, "isCrossRepository": elsewhere}),
		"CommentDeletedEvent": of(f[event]{"databaseId": database, "deletedCommentAuthor": func(q *asker, e event, _ args) any { return q.account(e.User) }}),
		"DeployedEvent": of(f[event]{
			"pullRequest": onPull, "databaseId": database,
			"deployment": func(_ *asker, e event, _ args) any { return deploy{e.r, e.Deployment} },
		}),
	}
}
