// Colours Rust, and the lines of a session that the reader types. It stands where
// mdBook has highlight.js, of which it has what book.js calls: 3 kB and not 135,
// since the book has no other language.

window.hljs = (() => {
  "use strict";

  const KEYWORDS =
    "as|async|await|break|const|continue|crate|dyn|else|enum|extern|false|fn|for|if|impl|in|" +
    "let|loop|match|mod|move|mut|pub|ref|return|safe|self|Self|static|struct|super|trait|" +
    "true|type|union|unsafe|use|where|while";

  // In this order: what begins a string or a comment begins nothing else.
  const RUST = new RegExp(
    [
      "(?<comment>//[^\\n]*|/\\*[^]*?\\*/)",
      '(?<string>\\b(?:c|b)?r(#*)"[^]*?"\\k<hashes>|(?:\\b[bc])?"(?:\\\\[^]|[^"\\\\])*"|' +
        "(?:\\bb)?'(?:\\\\(?:u\\{\\w+\\}|x\\w\\w|.)|[^'\\\\\\n])')",
      "(?<meta>#!?\\[[^\\]]*\\]|\\b[a-z_]\\w*!(?!=)|'[a-z_]\\w*)",
      "(?<number>\\b\\d[\\w]*(?:\\.\\d[\\w]*)?)",
      "\\bfn +(?<title>\\w+)",
      `(?<keyword>\\b(?:${KEYWORDS})\\b)`,
      "(?<type>\\b(?:[A-Z]\\w*|[iu](?:8|16|32|64|128|size)|f32|f64|bool|char|str)\\b)",
    ]
      .join("|")
      .replace("(#*)", "(?<hashes>#*)"),
    "g",
  );

  // What a shell, gdb or a comment in a session begins a line of the reader with.
  const TYPED = /^(?<input>(?:\$ |\(gdb\) |\(lldb\) ).*)$/gm;

  const escape = (text) => text.replace(/[&<>]/g, (it) => `&#${it.charCodeAt()};`);
  const span = (kind, text) => `<span class="hljs-${kind}">${escape(text)}</span>`;

  function colour(text, pattern) {
    let html = "";
    let end = 0;
    for (const { 0: whole, index, groups } of text.matchAll(pattern)) {
      const { hashes, title, ...kinds } = groups;
      html += escape(text.slice(end, index));
      end = index + whole.length;
      if (title) {
        const name = whole.length - title.length;
        html += span("keyword", "fn") + escape(whole.slice(2, name)) + span("title", title);
      } else {
        html += span(Object.keys(kinds).find((kind) => kinds[kind]), whole);
      }
    }
    return html + escape(text.slice(end));
  }

  function paint(block) {
    const is = (language) => block.classList.contains(`language-${language}`);
    if (is("rust")) block.innerHTML = colour(block.textContent, RUST);
    else if (is("text")) block.innerHTML = colour(block.textContent, TYPED);
  }

  // A block is coloured when it comes near the window, and all are for paper.
  const waiting = new Set();
  const look = new IntersectionObserver(
    (entries) => entries.filter((it) => it.isIntersecting).forEach((it) => done(it.target)),
    { rootMargin: "1000px" },
  );
  function done(block) {
    look.unobserve(block);
    if (waiting.delete(block)) paint(block);
  }
  addEventListener("beforeprint", () => waiting.forEach(done));

  function highlightBlock(block) {
    if (block.parentElement.tagName !== "PRE" || block.childElementCount) return;
    waiting.add(block);
    look.observe(block);
  }

  return { configure() {}, highlightBlock };
})();
