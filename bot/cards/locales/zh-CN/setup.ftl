# 终端上的 `easel setup`。

setup-welcome = 来设置 Easel。直接按回车保留现有的或跳过；随时可按 Ctrl-C 结束。
    你的回答最后会一次写入 { $file }。
setup-no-terminal = easel setup 要提问，需要终端。没有终端时请自己写 .env：可以复制 .env.example，docs/settings.md 列出了所有设置。
setup-not-understood = 这不是 UTF-8 文本，请重新输入。

setup-seedream =
    { "" }
    — Seedream 账号：用来画真正的图片。没有账号时由内置沙盒作画。
setup-discord =
    { "" }
    — Discord
setup-slack =
    { "" }
    — Slack
setup-page =
    { "" }
    — 让其他机器也能打开网页。在本机上它总是可用。
setup-yes = y yes 是 好 要
setup-set-up = 要设置吗？
setup-change = 已经设置好了，要更改吗？
setup-skipped = 保持不变。
setup-trying = 正在试用…
setup-no-answer = 没能试成：{ $why }。
setup-keep-untried = 不试用就写下来吗？
setup-no-token = 令牌是由普通字符组成的一个词，请重新复制。

setup-seedream-how = 两项都在你的 Seedream 账号页面上。
setup-app-id = App ID：
setup-secret-key = 密钥（不显示）：
setup-seedream-refused = 账号被拒绝：{ $why }。请重新复制两项，或按回车跳过。
setup-seedream-good = 账号可用。
setup-seedream-beans = 账号可用，还剩 { $beans } 个豆。

setup-discord-how =
    https://discord.com/developers/applications → 你的应用（或 New Application）→ Bot → Reset Token。
    不需要任何特权 intent。
setup-discord-token = 机器人的令牌（不显示）：
setup-discord-refused = Discord 拒绝了这个令牌。请在 Bot 下重置并重新复制，或按回车跳过。
setup-discord-good = 这是 { $name } 的令牌。
setup-discord-invite = 用这个链接邀请它进你的服务器：

setup-slack-many = 已为多个工作区设置了 SLACK_CLIENT_ID，单个工作区的令牌会与它冲突；见 docs/slack.md。
setup-slack-name = 机器人在那里叫什么名字？（回车：Easel）
setup-long-name = 最多 { $most } 个可见字符。
setup-slack-how = https://api.slack.com/apps → Create New App → From a manifest → 你的工作区 → YAML，粘贴以下内容：
setup-slack-then =
    然后 Install App，复制 Bot User OAuth Token（xoxb-…）；再到 Basic Information → App-Level Tokens →
    生成一个带 connections:write 权限的令牌（xapp-…）。
setup-slack-bot-token = Bot User OAuth Token，xoxb-…（不显示）：
setup-slack-app-token = 应用级令牌，xapp-…（不显示）：
setup-slack-bot-refused = Slack 拒绝了这个令牌。请从 Install App 重新复制 Bot User OAuth Token（xoxb-…），或按回车跳过。
setup-slack-app-refused = Slack 拒绝了这个令牌。请打开 Socket Mode，生成带 connections:write 权限的应用级令牌（xapp-…），或按回车跳过。
setup-slack-scopes = 应用缺少 { $scopes }。请在 App Manifest 里重新粘贴清单，重新安装应用，再复制令牌。
setup-slack-bot-good = 这是 { $name } 在 { $team } 的令牌。
setup-slack-app-good = Socket Mode 可以打开。

setup-public-url = 反向代理给它的地址，例如 https://easel.example.com（回车：没有，在本机的所有地址上监听）：
setup-wrong-address = 这不是可用的地址。请写成 https://easel.example.com 这样，主机名后面不带路径。
setup-web-token = 已生成 WEB_TOKEN，访客用它进入。它在 .env 里；你按名字邀请的人不需要它。

setup-nothing = 没有要写的内容：{ $file } 保持原样。
setup-contradiction = 什么也没有写，{ $file } 保持原样。输入的内容与已有的设置冲突：
    { $why }
setup-written = 已写入 { $file }：{ $names }。只有你能读取这个文件。
setup-environment-wins = 环境变量里也设置了，并且优先于 .env：{ $names }。
setup-not-written = 无法写入 { $file }（{ $why }）。它保持原样，你输入的内容都没有保存。
setup-stopped = 已停止。什么也没有写，{ $file } 保持原样。
setup-stopped-written = 已停止。之前写入的内容在 { $file } 里：{ $names }。

setup-picture-costs = 要画一张试试吗？会用掉账号里的一张图。
setup-picture = 画一张试试：
setup-prompt = 暴风雨中的灯塔
setup-no-picture = 这次没有画成。easel doctor 会说明缺什么。
setup-restart = 全部就绪。Easel 正在用之前的设置运行：请重新启动它，再试试 easel imagine "暴风雨中的灯塔"。
setup-done = 全部就绪。启动：easel run（或 make run）
