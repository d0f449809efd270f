/// The frame around a lesson: head, style, list of sections.
struct Page {
    let title: String
    let language: String
    let sections: [(id: String, title: String)]
    let body: String
    let file: String

    /// Shorter lessons need no list of contents.
    private static let fewestSections = 3

    var html: String {
        """
        <!doctype html>
        <html lang="\(escaped(language))" xmlns="http://www.w3.org/1999/xhtml">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <meta name="generator" content="grad weave"/>
        <title>\(escaped(title))</title>
        <style>
        \(Page.style)</style>
        </head>
        <body>
        <main>
        \(opening)\(contents)\(rest)</main>
        <footer>\(element("code", escaped(file)))</footer>
        </body>
        </html>

        """
    }

    /// The title, which stands above the list of sections.
    private var opening: String {
        guard body.hasPrefix("<h1>"), let end = body.firstIndex(of: "\n") else { return "" }
        return String(body[...end])
    }

    private var rest: Substring { body.dropFirst(opening.count) }

    private var contents: String {
        guard sections.count >= Page.fewestSections else { return "" }
        let items = sections.map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" }
        return "<nav><ul>\(items.joined())</ul></nav>\n"
    }

    /// Colours are variables: a theme is a few lines put behind them.
    private static let style = """
        :root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#5b6570;--line:#d9dee3;--code:#f5f7f9;--link:#0b62c4;
        --keyword:#9a3199;--number:#1a6fb0;--string:#2f7a3d;--name:#8a5a00;--sign:#5b6570;--comment:#6b7580;--bad:#b3261e;--bad-paper:#fdf0ef;--hint:#7a5b00}
        @media (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e3e7eb;--soft:#a0abb6;--line:#363d44;--code:#1d2226;--link:#79b8ff;
        --keyword:#dd9bdc;--number:#8cc4f2;--string:#98d3a2;--name:#e8c27a;--sign:#a0abb6;--comment:#93a0ac;--bad:#ff9b94;--bad-paper:#33201f;--hint:#e3c56f}}
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
        main{max-width:46rem;margin:0 auto;padding:1.5rem 1.25rem}
        h1{font-size:1.9rem;line-height:1.2;margin:.5em 0 .8em}
        h2{font-size:1.35rem;line-height:1.3;margin:2em 0 .6em;padding-top:.4em;border-top:1px solid var(--line)}
        h3{font-size:1.1rem;margin:1.6em 0 .5em}
        p,ul,ol,blockquote,table{margin:.8em 0}li{margin:.25em 0}
        a{color:var(--link)}
        nav{font-size:.95rem;border:1px solid var(--line);border-radius:.5rem;padding:.4rem 1rem;margin-bottom:1.5rem}
        nav ul{list-style:none;padding:0;margin:.2em 0}
        blockquote{margin-left:0;padding-left:1rem;border-left:3px solid var(--line);color:var(--soft)}
        code,samp,pre{font-family:ui-monospace,SFMono-Regular,"DejaVu Sans Mono",Menlo,Consolas,"Liberation Mono",monospace}
        p code,li code,td code,th code,h1 code,h2 code,h3 code{font-size:.9em;background:var(--code);padding:.1em .3em;border-radius:.25rem}
        pre{font-size:.875rem;line-height:1.5;margin:1em 0;padding:.7rem .9rem;overflow-x:auto;border-radius:.5rem;tab-size:4}
        pre.grad,pre.text{background:var(--code)}
        pre.out,pre.error,pre.note{border-left:3px solid var(--line);border-radius:0;padding:.1rem .9rem;line-height:1.35}
        pre.grad+pre.out,pre.grad+pre.error,pre.grad+pre.note,pre.grad+figure{margin-top:-.4em}
        pre.error{border-color:var(--bad);background:var(--bad-paper);color:var(--bad);padding:.6rem .9rem}
        pre.note{border-color:var(--hint);color:var(--hint)}
        .k{color:var(--keyword)}.n{color:var(--number)}.s{color:var(--string)}.f{color:var(--name)}.o{color:var(--sign)}.c{color:var(--comment);font-style:italic}
        .wide,figure,.formula{overflow-x:auto}
        table{border-collapse:collapse}th,td{border-bottom:1px solid var(--line);padding:.3em .8em .3em 0;text-align:left;vertical-align:top}
        .right{text-align:right}.center{text-align:center}
        figure{margin:1.2em 0}figure svg{display:block;max-width:100%;height:auto}.narrow{display:none}
        .formula{margin:1em 0}.path{color:var(--soft);font-size:.9rem;text-align:center}math{font-family:"STIX Two Math","Cambria Math","Latin Modern Math","Noto Sans Math",math,serif;font-size:1.1em}.formula math{font-size:1.2em}.formula math+math{margin-top:.35em}
        hr{border:0;border-top:1px solid var(--line);margin:2em 0}
        footer{max-width:46rem;margin:0 auto;padding:1rem 1.25rem 2.5rem;color:var(--soft);font-size:.85rem;border-top:1px solid var(--line)}
        @media screen and (max-width:30rem){.broad{display:none}.narrow{display:block}body{font-size:1rem}pre{font-size:.8rem;padding:.6rem .7rem}main{padding:1rem .9rem}h1{font-size:1.55rem}}
        @media print{:root{--paper:#fff;--ink:#000;--code:#f5f5f5;color-scheme:light}main{max-width:none;padding:0}nav,footer{display:none}
        pre{white-space:pre-wrap;break-inside:avoid}figure,table,.formula{break-inside:avoid}pre.grad:has(+figure),pre.grad:has(+.formula){break-after:avoid}h2,h3{break-after:avoid}a{color:inherit}}

        """
}
