// Rules for the scripts of the sandbox's page, which run in the browser as they are.

const browser = [
  "CSS", "DOMRect", "Element", "Event", "FormData", "HashChangeEvent", "IntersectionObserver", "Node",
  "ResizeObserver", "URL", "URLSearchParams", "WebSocket", "addEventListener", "clearInterval", "clearTimeout", "console",
  "dispatchEvent", "document", "fetch", "getSelection", "history", "innerHeight", "innerWidth", "localStorage", "location",
  "matchMedia", "navigator", "performance", "removeEventListener", "requestAnimationFrame", "sessionStorage",
  "setInterval", "setTimeout", "window",
];

const on = [
  "array-callback-return", "constructor-super", "default-case-last", "eqeqeq", "for-direction", "getter-return",
  "no-alert", "no-async-promise-executor", "no-case-declarations", "no-class-assign", "no-compare-neg-zero",
  "no-cond-assign", "no-const-assign", "no-constant-binary-expression", "no-constant-condition",
  "no-control-regex", "no-debugger", "no-dupe-args", "no-dupe-class-members", "no-dupe-else-if",
  "no-dupe-keys", "no-duplicate-case", "no-duplicate-imports", "no-empty", "no-empty-character-class",
  "no-empty-pattern", "no-eval", "no-ex-assign", "no-fallthrough", "no-func-assign", "no-implied-eval",
  "no-import-assign", "no-irregular-whitespace", "no-loss-of-precision", "no-new-func", "no-new-wrappers",
  "no-obj-calls", "no-promise-executor-return", "no-prototype-builtins", "no-redeclare", "no-regex-spaces",
  "no-self-assign", "no-self-compare", "no-setter-return", "no-shadow-restricted-names", "no-sparse-arrays",
  "no-template-curly-in-string", "no-this-before-super", "no-throw-literal", "no-undef", "no-unreachable",
  "no-unreachable-loop", "no-unsafe-finally", "no-unsafe-negation", "no-unsafe-optional-chaining",
  "no-unused-private-class-members", "no-unused-vars", "no-use-before-define", "no-useless-backreference",
  "no-useless-catch", "no-useless-escape", "no-useless-return", "no-var", "no-with", "prefer-const",
  "require-yield", "use-isnan", "valid-typeof",
];

export default [
  {
    files: ["bot/sandbox/page/*.js"],
    languageOptions: {
      ecmaVersion: 2024,
      sourceType: "module",
      globals: Object.fromEntries(browser.map((name) => [name, "readonly"])),
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      ...Object.fromEntries(on.map((name) => [name, "error"])),
      "no-unused-vars": ["error", { ignoreRestSiblings: true }],
      // A listener may name what is made below it: it runs later.
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
    },
  },
];
