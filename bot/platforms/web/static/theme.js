// Not a module: it runs before the first paint, so that a remembered theme never flashes, nor a notice that was put away.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem("easel-theme");
    document.documentElement.dataset.sandbox = localStorage.getItem("easel-sandbox") ?? "";
  } catch {
    // Storage may be switched off; the system's theme will do.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
