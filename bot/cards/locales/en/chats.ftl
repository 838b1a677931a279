## What only Discord or Slack shows

original = Original
note-reduced = Compressed to fit { $platform }; the original is kept
original-file = Picture { $index } of { $count }, the original ({ $size } MiB) · job { $id }
original-reduced = Picture { $index } of { $count }, as large as { $platform } takes it here: the original has { $size } MiB · job { $id }
sent-privately = I can no longer post in the channel where you asked, so here it is:
thread-gone = The thread you asked in is gone, so here it is:
usage-csv = Every entry, as a table for any spreadsheet.
file-too-large = That file is too large to send here. Ask the bot's operator for it.
help-menus = On any message: Apps → Imagine this. On a picture: Apps → Report picture.
no-words = There are no words in that message to draw.
no-picture-there = That isn't one of my pictures. Choose a message of mine with a picture in it.
form-where = Where it is shown
form-late = Slack timed out before the form opened. Press Try again, or type the request after /imagine.
comes-privately = I can't post in this conversation, so the result comes to our direct messages.
invite-me = I'm not in this private channel. Type `/invite @{ $bot }` here, then ask again. Nothing was charged.
cannot-join = I may not post in this channel. Type `/invite @{ $bot }` here or ask elsewhere. Nothing was charged.
archived = This channel is archived, so I couldn't show you the result. Nothing was charged.
stranger = Only people of the organization that installed me can ask here. Nothing was charged.
slack-unconfirmed = Slack did not say whether you may do this, so nothing was done. Try again in a minute.
slack-away = Slack doesn't answer me right now, so nothing was done and nothing was charged. Try again in a moment.
slack-refused = Slack refused this ({ $word }), so nothing was done and nothing was charged.
slack-slow-down = Slack takes no calls from me for { $n } seconds, so nothing was done and nothing was charged. Try again after that.
slack-unnamed-person = someone
slack-unnamed-channel = a channel
slack-unnamed-group = a group
takes-no-picture = { $model } draws from words alone and takes no picture, so nothing was drawn.
button-draw-words = Draw the words alone
spoken-buttons = Buttons: { $buttons }
card-over = This is over: the last word on it is a message of its own.
home-draw = Draw a picture
home-recent = Your recent pictures
home-none = None yet. Press the button, or type /imagine in any channel.
usage-help = /easel usage [mine|channel|workspace] [today|week|month|year] [by day|month|person|channel|role] [csv]
usage-chart = The chart is in our direct messages.
usage-too-large = The table would be too large. Ask for fewer days.
shown-privately = Pictures that only you should see are in our direct messages.
home-defaults = Your defaults…
home-settings = Settings…
easel-help = /easel usage · gallery [words] · here [words] · starred [words] · show <id> · why · defaults · mydata export · mydata delete · settings · people · audit · help

## Slack: how an installation ended

install-installed = Installed in { $name }. Type /imagine in any channel there. You can close this page.
install-refused = Nothing was installed: the request was declined in Slack.
install-stale = Nothing was installed: this page was open for too long, used before, or opened in another browser.
install-failed = Slack did not complete the installation. Start again; if that doesn't help, the operator's log says why.
install-away = Slack can't be reached right now. Start again in a minute.
install-again = Start again

## Discord's own names of permissions, so that people find them in its settings

permission-view-channel = View Channel
permission-send-messages = Send Messages
permission-send-messages-in-threads = Send Messages in Threads
permission-embed-links = Embed Links
permission-attach-files = Attach Files

## Moments in Slack: what stands in braces is filled by Slack

slack-time = at {"{time_secs}"}
slack-date = {"{date_short_pretty} at {time}"}
in-seconds = in { $n } s
in-minutes = in { $n } min
untold-heading = A picture of yours is waiting
sent-alone = I could post this nowhere when it was ready, so it comes here, for you alone.
gallery-pick = Open one of these
series-thread = Series { $id }
help-pick = Choose a topic
help-topic-start = Draw with /imagine
help-told-start = Say what you'd like to see, in any language, and add options anywhere.
help-topic-options = Options
help-told-options = They can stand anywhere, in any order. What only looks like an option stays prompt, and so does text in "double quotes".
help-topic-series = Several variants at once
help-told-series = Alternatives in braces draw every combination. You see the price first, and one sheet shows them all at the end.
help-topic-results = Results and their buttons
help-told-results = Again and Edit draw once more. HD draws the same words at the next clarity: a new picture, as there is no seed. Star and the numbers choose the best for the gallery channel. More has other shapes, the original files, the command to copy, and Report. /gallery finds everything again.
help-topic-usage = Usage and limits
help-told-usage = Each picture counts once it is delivered. What is refused or failed is free. /why says why a request was refused.
help-topic-privacy = Your data
help-told-privacy = /mydata hands over all that is kept of you, or deletes it after a second yes. /defaults keeps your own ratio, number, clarity and style.
