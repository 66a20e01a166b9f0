"use strict";
const themeListeners = [];
const onTheme = (listener) => themeListeners.push(listener);
(() => {
  // Dark or light: what the system says, until the button says otherwise.
  const root = document.documentElement;
  const theme = document.getElementById("theme");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () =>
    root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches;
  const told = () => {
    theme.textContent = isDark() ? "Light" : "Dark";
    theme.setAttribute("aria-pressed", String(isDark()));
    themeListeners.forEach((listener) => listener());
  };
  theme.hidden = false;
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    told();
  });
  prefersDark.addEventListener("change", told);
  told();

  // What is folded away is printed too, and paper is light.
  let before;
  addEventListener("beforeprint", () => {
    before = root.dataset.theme;
    root.dataset.theme = "light";
    told();
    document.querySelectorAll("details:not([open])").forEach((details) => {
      details.open = true;
      details.dataset.printed = "yes";
    });
  });
  addEventListener("afterprint", () => {
    if (before) root.dataset.theme = before;
    else delete root.dataset.theme;
    told();
    document.querySelectorAll("details[data-printed]").forEach((details) => {
      details.open = false;
      delete details.dataset.printed;
    });
  });
})();
