## The page's own words. What cards say comes from the server

page-skip = Skip to the message box
page-welcome = What shall I draw?
page-welcome-more = Describe a picture in any language. Options such as ratio:16:9 or n:2 go anywhere in the sentence.
page-prompt-label = Describe a picture
page-placeholder = Describe a picture, or type /imagine
page-composer-hint = Enter sends · Shift+Enter starts a new line · ↑ brings back what you sent · ? lists the keys
page-options = Options
page-chip = { $name }: { $value }
page-uses-each = { $n } points each
page-style-sketch = Sketch of a fox in this style
page-style-own = Your picture: { $alt }
page-style-sketches = Sketches by the sandbox, not by Seedream. Your own newest picture in a style takes the place of its sketch.
page-cost = { $pictures ->
    [one] 1 picture, uses { $points }
   *[other] { $pictures } pictures, uses { $points }
}
page-cost-left = { $pictures ->
    [one] 1 picture, uses { $points } of the { $left } left today
   *[other] { $pictures } pictures, uses { $points } of the { $left } left today
}
page-history = What you asked before
page-history-search = Search what you asked before
page-history-none = Nothing found.
page-keys = Keys
page-keys-page = Anywhere
page-keys-writing = While writing
page-keys-gallery = In the gallery
page-key-tiles = another result
page-key-choose = choose it, or not
page-key-chosen = what to do with the chosen
page-key-none = choose none
page-keys-picture = In a large picture
page-key-write = write a request
page-key-gallery = open the gallery
page-key-board = show what is running
page-key-keys = show this list
page-key-leave = close, or go back
page-key-send = send
page-key-line = start a new line
page-key-sent = bring back what you sent
page-key-complete = take the suggestion
page-key-turn = previous, next
page-key-zoom = zoom in, out, fit
page-key-details = show or hide the details
page-board = What is running
page-board-running = { $n ->
    [one] What is running: 1 request of yours
   *[other] What is running: { $n } requests of yours
}
page-board-nothing = Nothing is running. What you ask for stands here while it is drawn.
page-board-drawing = Being drawn
page-board-line = In line
page-board-failed = Failed in the last day
page-ready = Your picture is ready
page-help = Help
page-help-topics = Topics
page-help-take = Put this into the box
page-log = Conversation
page-newer = { $n ->
    [one] 1 new below
   *[other] { $n } new below
}
page-to-end = To the end
page-suggestions = Suggestions
page-suggestions-count = { $n ->
    [one] 1 suggestion. The arrow keys choose, Tab takes it.
   *[other] { $n } suggestions. The arrow keys choose, Tab takes one.
}
page-sandbox = Pictures come from a sandbox, not from Seedream. For real ones <.env> needs your account, <CHANJING_APP_ID> and <CHANJING_SECRET_KEY>, and no <SEEDREAM_API_URL> of a sandbox.
page-sandbox-away = Put this notice away
page-reconnecting = Reconnecting…
page-offline = You are offline
page-other-language = 中文
page-theme-dark = Use the dark theme
page-theme-light = Use the light theme
page-only-you = Only you can see this
page-dismiss = Dismiss
page-ready-in = ready { $moment }
page-soon = any moment now
page-in-seconds = in about { $n } s
page-in-minutes = in about { $n } min
page-in-hours = in about { $n } h
page-download = Download the original
page-previous = Previous picture
page-next = Next picture
page-open = View picture { $index } of { $count }
page-lost = This picture can't be loaded
page-drawing = Being drawn
page-prompt = Prompt
page-never = Never mind
page-delete-title = Delete these pictures?
page-delete-text = They are deleted for everybody and can't be brought back. Your usage stays the same.
page-keep = Keep
page-sign-in-title = Sign in to Easel
page-sign-in-text = You need the operator's token, or a code from a device that is signed in.
page-token = Token
page-code = Or the code from another device
page-sign-in = Sign in
page-invite-title = Sign in as { $name }?
page-invite-text = This signs in this browser and uses up the link. The pictures that you asked for here as a guest come along.
page-invite-yes = Sign in as { $name }
page-signed-in-as = Signed in as { $name }
page-signed-in-as-guest = Signed in as a guest, { $name }
page-signed-in-as-operator = Signed in as the operator
page-add-device = Add a device
page-code-how = On the other device, open { $page } and type this code:
page-code-left = Valid for { $n } more, for one device.
page-code-gone = This code has expired.
page-sign-out = Sign out
page-conversation = Back to the conversation
page-gallery = Gallery
page-news = Something new
page-copy = Copy
page-copied = Copied
page-spoiler = Spoiler
page-look = Show
page-veil = Hide as spoiler
page-unveil = No spoiler
page-open-veiled = Hidden: show picture { $index } of { $count }
page-star = Star ({ $n })
page-star-hint = Star it; pictures with your star are kept for good
page-vote = Vote for picture { $index } ({ $count })
page-vote-best = Vote for picture { $index } ({ $count }), the best so far
page-vote-hint = Which one is best? Your vote
page-hd = HD: a new drawing at { $clarity }, uses { $n }
page-forget-title = Delete your data?
page-forget-text = Your requests, pictures, stars and votes are deleted for good. Running requests are cancelled. If you signed in, you are signed out everywhere.
page-exporting = Your data is being packed into one file; your browser saves it when it is ready.
page-today = Today
page-week = 7 days
page-month = This month
page-year = 12 months
page-mine = Mine
page-everybody = Everybody
page-whose = Whose
page-when = When
page-who = Who
page-requests = Requests
page-ordered = Ordered
page-delivered = Delivered
page-charged = Charged
page-given-back = Given back
page-under-way = On the way
page-as-table = As a table
page-csv = All entries as CSV
page-day-today = Today
page-day-yesterday = Yesterday
page-filter-ratio = Any ratio
page-filter-clarity = Any clarity
page-filter-style = Any style
page-filter-person = Anybody
page-nothing-found = No results match.
page-begin = Describe a picture
page-show-all = Show all of mine
page-nothing-yet = Your results will be here.
page-star-it = Star
page-copy-prompt = Copy the prompt
page-copy-link = Copy the link to this picture
page-copy-picture = Copy this picture
page-copying = Copying…
page-picture-copied = Picture copied
page-picture-not-copied = Your browser doesn't allow it here: right-click the picture instead.
page-link-copied = Link copied
page-details-panel = How it was made
page-share = Share link…
page-share-title = Share this result
page-share-text = Whoever has the link sees the pictures until it ends, without signing in. It shows no name, and nothing else of yours.
page-share-sheet = What is written on a contact sheet is part of the picture.
page-share-ends = It ends after
page-share-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
page-share-prompt = Show the prompt, too
page-share-make = Make the link
page-share-made = Your link is ready. It ends { $moment }.
page-share-all = All my share links
page-share-none = You have no share links. Make one from a result of yours, by More or where it is seen large.
page-share-open-until = ends { $moment }
page-share-with-prompt = with the prompt
page-share-of = The result
page-share-end = End it
page-share-end-title = End this link?
page-share-end-text = Whoever has it sees nothing from then on. It can't be brought back; you can make another.
page-lineage = Where it came from
page-lineage-alone = This result was made from nothing earlier, and nothing was made of it yet.
page-compare = Compare
page-compare-these = Compare these pictures
page-compare-with-parent = Compare with the one before
page-compare-beside = Side by side
page-compare-slider = Slider
page-compare-where = Where the two pictures meet
page-compare-nothing = There is nothing to compare: choose two to four results in the gallery.
page-download-zip = Download
page-edited-from = Edited from an earlier result
page-choose = Choose: { $prompt }
page-chosen-region = Chosen results
page-chosen = { $n } chosen
page-choose-none = Choose none
page-star-all = Star
page-deleted = { $n ->
    [one] 1 result deleted
   *[other] { $n } results deleted
}
page-undo = Undo
page-search = Search the prompts
page-search-hint = Search
page-shelf-mine = Mine
page-shelf-here = Everybody's
page-shelf-starred = Starred
page-reports = Reports
page-no-reports = Nothing was reported.
page-used-by = Used this month
page-nothing-used = Nobody has drawn anything yet.
page-group-defaults = Defaults
page-group-limits = Limits
page-group-keeping = Retention
page-faults = What the sandbox does wrong
page-faults-note = Nothing here costs anything. Choose a fault, ask for a picture, and watch its card cope.
page-fault-slow = Slow
page-fault-refuse = Refuse the next
page-fault-lose = Lose the next answer
page-fault-calm = Behave again
page-fault-is-slow = Everything takes ten times as long.
page-fault-refuses = { $n ->
    [one] The next request fails at the provider.
   *[other] The next { $n } requests fail at the provider.
}
page-fault-loses = { $n ->
    [one] The answer to the next order is lost on its way.
   *[other] The answers to the next { $n } orders are lost on their way.
}
page-fault-none = It behaves.
page-styles-note = Everybody here can add style: and a name to a request. Its words are sent to the provider with the prompt.
page-style-name = Name
page-style-save = Save the style
page-style-change = Change the style { $name }
page-style-remove = Remove the style { $name }
page-change = Change
page-remove = Remove
page-people = People
page-nobody-else = Nobody else has drawn anything here yet.
page-lift-of = Let { $name } draw again
page-locked-until = locked, ends { $moment }
page-blocked-for-good = blocked until somebody lifts it
page-month-used = { $taken } of this month's { $limit } used
page-within = also inside other words
page-block = Block
page-block-word = Block a word
page-block-word-text = Requests with this word are refused from now on. It can be allowed again.
page-allow = Allow “{ $word }” again
page-nothing-changed = Nothing was changed.
page-unreachable = Easel can't be reached right now. Your text is still here.
page-unreachable-press = Easel can't be reached right now. Try again in a moment.
page-example-lighthouse = a lighthouse in a storm, waves breaking over the rocks
page-example-fox = a red fox asleep in fresh snow
page-example-greenhouse = a tiny greenhouse on a city rooftop at dusk
