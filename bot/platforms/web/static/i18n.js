// The page's own words. What cards say comes from the server in the same language.
import { remember, remembered } from "./dom.js";

const WORDS = {
  en: {
    skip: "Skip to the message box",
    welcome: "What shall I draw?",
    welcomeMore: "Describe a picture in any language. Options such as ratio:16:9 or n:2 go anywhere in the sentence.",
    promptLabel: "Describe a picture",
    placeholder: "Describe a picture, or type /imagine",
    composerHint: "Enter sends · Shift+Enter starts a new line · ↑ brings back what you sent",
    send: "Send",
    options: "Options",
    log: "Conversation",
    newer: "New below",
    sandbox: "Pictures come from the built-in sandbox. Add your Seedream account to <.env> for real ones: <CHANJING_APP_ID> and <CHANJING_SECRET_KEY>.",
    reconnecting: "Reconnecting…",
    offline: "You are offline",
    otherLanguage: "中文",
    themeDark: "Use the dark theme",
    themeLight: "Use the light theme",
    onlyYou: "Only you can see this",
    dismiss: "Dismiss",
    readyIn: "ready {moment}",
    soon: "any moment now",
    inSeconds: "in about {n} s",
    inMinutes: "in about {n} min",
    inHours: "in about {n} h",
    download: "Download the original",
    close: "Close",
    previous: "Previous picture",
    next: "Next picture",
    open: "Look at picture {index} of {count}",
    lost: "This picture can't be loaded",
    drawing: "Being drawn",
    editTitle: "Edit and draw again",
    prompt: "Prompt",
    never: "Never mind",
    draw: "Draw it",
    deleteTitle: "Delete these pictures?",
    deleteText: "They go for everybody and can't be brought back. What they counted stays counted.",
    keep: "Keep",
    delete: "Delete",
    signInTitle: "Sign in to Easel",
    signInText: "This page needs the token of whoever runs it.",
    token: "Token",
    signIn: "Sign in",
    unreachable: "Easel can't be reached right now. Your text is still here.",
    unreachablePress: "Easel can't be reached right now. Try again in a moment.",
  },
  "zh-CN": {
    skip: "跳到输入框",
    welcome: "想画点什么？",
    welcomeMore: "用任何语言描述画面。比例:16:9、张数:2 这样的选项可以写在句子的任何位置。",
    promptLabel: "描述画面",
    placeholder: "描述想看的画面，或输入 /imagine",
    composerHint: "回车发送 · Shift+回车换行 · ↑ 找回刚发送的内容",
    send: "发送",
    options: "选项",
    log: "对话",
    newer: "下方有新内容",
    sandbox: "图片来自内置沙盒。在 <.env> 中填写 Seedream 账号即可生成真实图片：<CHANJING_APP_ID> 和 <CHANJING_SECRET_KEY>。",
    reconnecting: "正在重新连接…",
    offline: "网络已断开",
    otherLanguage: "English",
    themeDark: "使用深色主题",
    themeLight: "使用浅色主题",
    onlyYou: "仅您可见",
    dismiss: "关闭",
    readyIn: "{moment}完成",
    soon: "马上",
    inSeconds: "约 {n} 秒后",
    inMinutes: "约 {n} 分钟后",
    inHours: "约 {n} 小时后",
    download: "下载原图",
    close: "关闭",
    previous: "上一张",
    next: "下一张",
    open: "查看第 {index} 张，共 {count} 张",
    lost: "图片无法加载",
    drawing: "正在绘制",
    editTitle: "修改后重画",
    prompt: "提示词",
    never: "取消",
    draw: "开始画",
    deleteTitle: "删除这些图片？",
    deleteText: "所有人都将看不到，且无法恢复。已计入的用量不变。",
    keep: "保留",
    delete: "删除",
    signInTitle: "登录 Easel",
    signInText: "需要管理员的令牌才能使用本页。",
    token: "令牌",
    signIn: "登录",
    unreachable: "暂时连不上 Easel，您的文字还在。",
    unreachablePress: "暂时连不上 Easel，请稍后再试。",
  },
};

export const EXAMPLES = {
  en: [
    { words: "a lighthouse in a storm, waves breaking over the rocks", set: "ratio:16:9 n:2" },
    { words: "a red fox asleep in fresh snow", set: "style:watercolor" },
    { words: "a tiny greenhouse on a city rooftop at dusk", set: "ratio:3:4 n:2" },
  ],
  "zh-CN": [
    { words: "暴风雨中的灯塔，浪花拍打礁石", set: "ratio:16:9 n:2" },
    { words: "雪地里熟睡的红狐", set: "style:watercolor" },
    { words: "黄昏时城市屋顶上的小温室", set: "ratio:3:4 n:2" },
  ],
};

function choose() {
  const wished = new URLSearchParams(location.search).get("lang") ?? remembered("easel-lang");
  const list = wished ? [wished] : navigator.languages;
  for (const tag of list) {
    const language = tag.toLowerCase().split("-")[0];
    if (language === "zh") return "zh-CN";
    if (language === "en") return "en";
  }
  return "en";
}

export const locale = choose();

export function t(key, values = {}) {
  return WORDS[locale][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Put the words into the page: data-t for text, data-t-label for names, data-t-rich for text with <code> in it. */
export function translate(root = document) {
  document.documentElement.lang = locale;
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
  for (const node of root.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
    node.title = t(node.dataset.tLabel);
  }
  for (const node of root.querySelectorAll("[data-t-rich]")) {
    const parts = t(node.dataset.tRich).split(/<([^>]+)>/);
    node.replaceChildren(
      ...parts.map((part, index) => {
        if (index % 2 === 0) return part;
        const code = document.createElement("code");
        code.textContent = part;
        return code;
      }),
    );
  }
}

export function switchLanguage() {
  remember("easel-lang", locale === "en" ? "zh-CN" : "en");
  const url = new URL(location.href);
  url.searchParams.delete("lang");
  location.replace(url);
}
