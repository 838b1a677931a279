// Not a module: it runs before the scripts are there, so that the words of the reader's language come beside them.
(() => {
  const choose = () => {
    let wished = new URLSearchParams(location.search).get("lang");
    try {
      wished ??= localStorage.getItem("easel-lang");
    } catch {
      // Storage may be switched off; the browser's languages will do.
    }
    for (const tag of wished ? [wished] : navigator.languages) {
      const language = tag.toLowerCase().split("-")[0];
      if (language === "zh") return "zh-CN";
      if (language === "en") return "en";
    }
    return "en";
  };
  const language = choose();
  const href = new URL(`${language}.ftl`, document.currentScript.src);
  document.documentElement.lang = language;
  document.head.append(Object.assign(document.createElement("link"), { rel: "preload", as: "fetch", crossOrigin: "", href }));
})();
