"""What the page itself has to say when a request can't be taken, beside the cards. Each is a message and a hint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LOCALES = ("en", "zh-CN")


@dataclass(frozen=True, slots=True)
class Sentence:
    message: str
    hint: str


_EN: Mapping[str, Sentence] = MappingProxyType(
    {
        "bad-json": Sentence("That is no JSON object.", 'Send {"text": "/imagine a red fox"}.'),
        "bad-request": Sentence("This request can't be understood.", "Reload the page and try again."),
        "no-text": Sentence('"text" is missing.', 'Send {"text": "/imagine a red fox"}.'),
        "bad-parent": Sentence('"parent" must be the id of a job.', "Leave it out for a new request."),
        "bad-idempotency-key": Sentence(
            "That is no Idempotency-Key.", "It has 1 to 255 letters, digits and signs, without blanks."
        ),
        "bad-options": Sentence('"options" holds something else.', "It takes ratio, n, clarity and style."),
        "not-json": Sentence("Only JSON is taken here.", "Send the header Content-Type: application/json."),
        "unknown-command": Sentence("I don't know {word}.", "Type /imagine and what you want to see, or /help."),
        "nearly-command": Sentence("I don't know {word}. Did you mean {nearest}?", "Type /help for all commands."),
        "no-id": Sentence("Which one?", "Type /show and the id below a result, such as /show 3kq8w2v5x0ab."),
        "unknown-word": Sentence("I don't know {word} here.", "Try /usage everybody week, or /usage by itself."),
        "export-or-delete": Sentence("Export or delete?", "Type /mydata export or /mydata delete."),
        "style-gone": Sentence("There is no style {word} of this page's own.", "It may have been removed meanwhile."),
        "style-unfit": Sentence(
            "I can't take the style {word}.",
            "Its name is one word that no built-in style has, and its words are {most} characters at most.",
        ),
        "not-sure": Sentence("That can't be undone.", 'Send {"sure": true} to have it all deleted.'),
        "managers-only": Sentence(
            "The studio is for whoever runs this page.",
            "On the machine that it runs on, `python -m bot link` prints a link that opens it.",
        ),
        "sign-in": Sentence("Sign in first.", "You need the operator's WEB_TOKEN, or a link that invites you."),
        "wrong-token": Sentence("That is not the token.", "Ask whoever runs Easel for the value of WEB_TOKEN."),
        "wrong-code": Sentence("This code doesn't work.", "A code is good for five minutes and one device."),
        "wrong-invite": Sentence("This link is no invite.", "Copy the whole link, or ask for another."),
        "used-invite": Sentence("This invite has been used.", "Each signs in one device. Ask for another."),
        "expired-invite": Sentence("This invite has expired.", "Ask for another."),
        "wrong-secret": Sentence("This link no longer works.", "`python -m bot link` prints the one that does."),
        "no-code": Sentence("There is no code here.", "Sign in on the other device with a link or a token."),
        "slow-down": Sentence("Too many wrong tokens or codes.", "Wait a minute, then try again."),
        "wrong-host": Sentence(
            "This address is not one of ours.", "Open the page by the address Easel printed, or set PUBLIC_URL."
        ),
        "foreign": Sentence("This request came from another site.", "Open the page itself and try again."),
        "not-found": Sentence("There is nothing here.", "It may have been deleted."),
        "no-method": Sentence("This address doesn't take that kind of request.", "See the README for the web API."),
        "too-large": Sentence("That is too much at once.", "A command has at most 2000 characters of prompt."),
        "too-slow": Sentence("The request took too long to arrive.", "Try again."),
        "too-many-pages": Sentence("Too many pages are open at once.", "Close one, or try again in a minute."),
        "stopping": Sentence("Easel is shutting down.", "What you asked for is kept. Try again in a moment."),
        "internal": Sentence("Something broke on our side.", "Nothing was charged for this. Try again."),
    }
)
_ZH: Mapping[str, Sentence] = MappingProxyType(
    {
        "bad-json": Sentence("这不是 JSON 对象。", '请发送 {"text": "/imagine 一只红狐"}。'),
        "bad-request": Sentence("无法理解这个请求。", "请刷新页面后重试。"),
        "no-text": Sentence("缺少 “text”。", '请发送 {"text": "/imagine 一只红狐"}。'),
        "bad-parent": Sentence("“parent” 必须是任务编号。", "新的请求不需要它。"),
        "bad-idempotency-key": Sentence(
            "这不是有效的 Idempotency-Key。", "由 1 到 255 个字母、数字和符号组成，不含空格。"
        ),
        "bad-options": Sentence("“options” 里有无法识别的选项。", "可用:ratio、n、clarity、style。"),
        "not-json": Sentence("这里只接受 JSON。", "请加上 Content-Type: application/json。"),
        "unknown-command": Sentence("没有 {word} 这个命令。", "输入 /imagine 加上想看的画面，或输入 /help。"),
        "nearly-command": Sentence("没有 {word} 这个命令，是不是 {nearest}？", "输入 /help 查看全部命令。"),
        "no-id": Sentence("哪一个？", "输入 /show 和结果下方的编号，例如 /show 3kq8w2v5x0ab。"),
        "unknown-word": Sentence("这里不认识 {word}。", "试试 /usage 大家 本周，或只输入 /usage。"),
        "export-or-delete": Sentence("导出还是删除？", "输入 /mydata export 或 /mydata delete。"),
        "style-gone": Sentence("本页没有 {word} 这个自有风格。", "它可能刚被删除。"),
        "style-unfit": Sentence(
            "不能使用风格 {word}。", "名称须是一个词，不能与内置风格重名；文字最多 {most} 个字符。"
        ),
        "not-sure": Sentence("删除后无法恢复。", '确认删除全部数据请发送 {"sure": true}。'),
        "managers-only": Sentence(
            "管理页只对本页的运营者开放。", "在运行它的机器上执行 `python -m bot link`，会打印可以打开它的链接。"
        ),
        "sign-in": Sentence("请先登录。", "需要管理员设置的 WEB_TOKEN，或邀请链接。"),
        "wrong-token": Sentence("令牌不对。", "请向管理员询问 WEB_TOKEN 的值。"),
        "wrong-code": Sentence("这个代码无效。", "代码五分钟内有效，只能用于一台设备。请获取新的代码。"),
        "wrong-invite": Sentence("这个链接不是邀请链接。", "请复制完整的链接，或向管理员要一个新的。"),
        "used-invite": Sentence("这个邀请已被使用。", "请向管理员要一个新的：每个邀请只能登录一台设备。"),
        "expired-invite": Sentence("这个邀请已过期。", "请向管理员要一个新的。"),
        "wrong-secret": Sentence("这个链接已失效。", "`python -m bot link` 会打印有效的链接。"),
        "no-code": Sentence("这里不需要也不能生成代码。", "请在另一台设备上用链接或令牌登录。"),
        "slow-down": Sentence("错误的令牌或代码太多了。", "请等一分钟再试。"),
        "wrong-host": Sentence("这不是本页的地址。", "请用 Easel 给出的地址打开，或设置 PUBLIC_URL。"),
        "foreign": Sentence("这个请求来自别的网站。", "请打开本页再试。"),
        "not-found": Sentence("这里什么也没有。", "它可能已被删除。"),
        "no-method": Sentence("这个地址不接受这种请求。", "网页接口见 README。"),
        "too-large": Sentence("内容太多了。", "提示词最多 2000 个字符。"),
        "too-slow": Sentence("请求传得太慢。", "请重试。"),
        "too-many-pages": Sentence("打开的页面太多了。", "请关掉一个，或一分钟后再试。"),
        "stopping": Sentence("Easel 正在关闭。", "您的请求都已保存，请稍后再试。"),
        "internal": Sentence("我们这边出了问题。", "没有计费，请重试。"),
    }
)


def sentence(code: str, locale: str, **values: str) -> Sentence:
    """The sentence of that name with its gaps filled; KeyError for a name that isn't there."""
    chosen = (_ZH if locale == "zh-CN" else _EN)[code]
    if not values:
        return chosen  # which may have braces of its own
    return Sentence(chosen.message.format(**values), chosen.hint.format(**values))


def best_locale(accept_language: str) -> str:
    """The one of our languages that an Accept-Language header likes most; English where it names none.

    https://www.rfc-editor.org/rfc/rfc9110#name-accept-language
    """
    best, weight = "en", 0.0
    for part in accept_language[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            quality = float(value) if name == "q" else 1.0
        except ValueError:
            quality = 0.0
        language = tag.strip().lower().split("-")[0]
        found = {"en": "en", "zh": "zh-CN"}.get(language)
        if found is not None and quality > weight:
            best, weight = found, quality
    return best
