# `easel setup`, on the terminal.

setup-welcome = Let's set up Easel. Enter alone keeps what is there or skips; Ctrl-C ends at any time.
    Your answers go to { $file } at the end, all at once.
setup-no-terminal = easel setup asks questions, so it needs a terminal. Without one, write .env yourself: .env.example is a file to copy, docs/settings.md has every setting.
setup-not-understood = That isn't UTF-8 text. Type it again.

setup-seedream =
    { "" }
    — Seedream account: for real pictures. Without one, the built-in sandbox draws.
setup-discord =
    { "" }
    — Discord
setup-slack =
    { "" }
    — Slack
setup-page =
    { "" }
    — The page for other machines. On this machine it is always there.
setup-yes = y yes
setup-set-up = Set it up?
setup-change = It is set up already. Change it?
setup-skipped = Left as it is.
setup-trying = Trying it …
setup-no-answer = It couldn't be tried: { $why }.
setup-keep-untried = Write it down untried?
setup-no-token = A token is one word of plain characters. Copy it again.

setup-seedream-how = You find both on the page of your Seedream account.
setup-app-id = App id:
setup-secret-key = Secret key (not shown):
setup-seedream-refused = The account is refused: { $why }. Copy both again, or press Enter to skip.
setup-seedream-good = The account is accepted.
setup-seedream-beans = The account is accepted; { $beans } beans are left.

setup-discord-how =
    https://discord.com/developers/applications → your application (or New Application) → Bot → Reset Token.
    No privileged intents are needed.
setup-discord-token = The bot's token (not shown):
setup-discord-refused = Discord refuses this token. Reset it under Bot and copy it again, or press Enter to skip.
setup-discord-good = The token is that of { $name }.
setup-discord-invite = This link invites it to your server:

setup-slack-many = SLACK_CLIENT_ID is set, for many workspaces. A token for one workspace would contradict it; see docs/slack.md.
setup-slack-name = What shall the bot be called there? (Enter: Easel)
setup-long-name = At most { $most } characters that can be seen.
setup-slack-how = https://api.slack.com/apps → Create New App → From a manifest → your workspace → YAML, and paste this:
setup-slack-then =
    Then Install App, and copy the Bot User OAuth Token (xoxb-…); and Basic Information → App-Level Tokens →
    generate one with the scope connections:write (xapp-…).
setup-slack-bot-token = Bot User OAuth Token, xoxb-… (not shown):
setup-slack-app-token = App-level token, xapp-… (not shown):
setup-slack-bot-refused = Slack refuses this token. Copy the Bot User OAuth Token (xoxb-…) again from Install App, or press Enter to skip.
setup-slack-app-refused = Slack refuses this token. Make an app-level token (xapp-…) with the scope connections:write, with Socket Mode on, or press Enter to skip.
setup-slack-scopes = The app lacks { $scopes }. Paste the manifest once more under App Manifest, install the app again, and then copy the token.
setup-slack-bot-good = The token is that of { $name } in { $team }.
setup-slack-app-good = Socket Mode opens.

setup-public-url = The address that a reverse proxy gives it, such as https://easel.example.com (Enter: none, listen on every address of this machine):
setup-wrong-address = That is no address for it. Write one such as https://easel.example.com, with nothing behind the host.
setup-web-token = A WEB_TOKEN is made, which lets guests in. You find it in .env; people whom you invite by name need none.

setup-nothing = Nothing to write: { $file } is as it was.
setup-contradiction = Nothing was written, { $file } is as it was. What was typed contradicts what is set:
    { $why }
setup-written = Written to { $file }: { $names }. Only you can read the file.
setup-environment-wins = Also set in the environment, which wins over .env: { $names }.
setup-not-written = { $file } could not be written ({ $why }). It is as it was, and nothing that you typed was kept.
setup-stopped = Stopped. Nothing was written; { $file } is as it was.
setup-stopped-written = Stopped. What had been written before is in { $file }: { $names }.

setup-picture-costs = Draw a picture to try it? It costs one picture of your account.
setup-picture = A picture to try it:
setup-prompt = a lighthouse in a storm
setup-no-picture = No picture this time. easel doctor says what is missing.
setup-restart = All set. Easel is running with what was set before: restart it, then try easel imagine "a lighthouse in a storm".
setup-done = All set. Start with: easel run (or make run)
