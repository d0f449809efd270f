/// The style sheet of our SVG files. Classes start with `gp-`, so that several pictures can stand in one page.
enum SVGStyle {
    static let fontSize = 13.0
    /// Steps of the ramp for lines, which must be seen on white and on black.
    static let lineSteps = 8

    /// Text takes the colour of the page around it; on its own a file follows the reader's light or dark setting.
    static let sheet: String = {
        var css = """
            :root.gp{color-scheme:light dark;background:Canvas;color:CanvasText}
            .gp{max-width:100%;height:auto}
            .gp text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:currentColor}
            .gp .gp-title{font-size:15px;font-weight:600}.gp .gp-small{font-size:12px}.gp .gp-note{font-size:12px;opacity:.75}
            .gp .gp-halo{font-size:11px;paint-order:stroke;stroke:Canvas;stroke-width:3px;stroke-linejoin:round}
            .gp .gp-grid{stroke:currentColor;stroke-opacity:.13}.gp .gp-frame{stroke:currentColor;stroke-opacity:.5;fill:none}
            .gp .gp-mark{stroke:currentColor;stroke-opacity:.7;stroke-width:1.5;stroke-dasharray:5 4;fill:none}
            .gp .gp-line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
            .gp .gp-level{fill:none;stroke-width:1.3;stroke-linecap:round}
            .gp .gp-bar{fill-opacity:.75}.gp .gp-region{fill-opacity:.2;stroke:none}
            .gp .gp-cross{stroke:currentColor;stroke-width:2;fill:none}.gp .gp-hollow{fill:Canvas;stroke-width:2}
            .gp .gp-box{fill:currentColor;fill-opacity:.05;stroke:currentColor;stroke-opacity:.6}
            .gp .gp-edge{fill:none;stroke:currentColor;stroke-opacity:.6;stroke-width:1.3}.gp .gp-head{fill:currentColor;fill-opacity:.7}

            """
        css += colors(Palette.light) + ramp(0, 0.72)
        css += "@media (prefers-color-scheme:dark){\n" + colors(Palette.dark) + ramp(0.38, 1) + "}\n"
        return css
    }()

    private static func colors(_ palette: [Palette.RGB]) -> String {
        palette.enumerated().map { ".gp .gp-s\($0){stroke:\($1.hex)}.gp .gp-f\($0){fill:\($1.hex)}\n" }.joined()
    }

    private static func ramp(_ low: Double, _ high: Double) -> String {
        (0..<lineSteps).map { step in
            let part = low + (high - low) * Double(step) / Double(lineSteps - 1)
            return ".gp .gp-c\(step){stroke:\(Palette.heat(part).hex)}\n"
        }.joined()
    }

    static func stroke(_ color: Int?) -> String { color.map { "gp-s\($0 % Palette.count)" } ?? "gp-cross" }
    static func fill(_ color: Int?) -> String { color.map { "gp-f\($0 % Palette.count)" } ?? "" }

    /// Dashes once the colours repeat.
    static func dash(_ color: Int?) -> String {
        let patterns = ["", " stroke-dasharray=\"7 5\"", " stroke-dasharray=\"2 4\"", " stroke-dasharray=\"9 4 2 4\""]
        return patterns[(color ?? 0) / Palette.count % patterns.count]
    }

    static func level(_ part: Double) -> String { "gp-c\(min(max(Int((part * Double(lineSteps - 1)).rounded()), 0), lineSteps - 1))" }

    /// The opening of a file, with the title that a screen reader speaks.
    static func opening(width: Double, height: Double, title: String) -> String {
        let (w, h) = (SVGText.number(width), SVGText.number(height))
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"gp\" role=\"img\" width=\"\(w)\" height=\"\(h)\" viewBox=\"0 0 \(w) \(h)\">\n"
            + "<title>\(SVGText.escaped(title))</title>\n<style>\n\(sheet)</style>"
    }
}
