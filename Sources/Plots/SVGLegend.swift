/// The legend of an SVG picture: beside the frame where the picture is wide, in rows above it otherwise; a matrix's
/// colour bar is always beside.
struct SVGLegend {
    private struct Entry { let item: Scene.Item; let text: String; let width: Double }

    private let entries: [Entry]
    private let bar: (name: String, low: Double, high: Double)?
    private let isBeside: Bool
    private let rows: [[Entry]]
    private let margin: Double
    private let swatch = 26.0
    private let rowHeight = 20.0

    init(_ scene: Scene, width: Double, margin: Double) {
        self.margin = margin
        let most = width - 2 * margin - swatch
        isBeside = width >= 560
        let limit = isBeside ? width / 4 : most
        var bar: (String, Double, Double)?
        var entries: [Entry] = []
        for item in scene.items {
            if case .heat(_, let low, let high) = item.shape { bar = (item.name, low, high) } else if !item.name.isEmpty, !item.shape.isGround {
                let text = SVGText.fit(item.name, limit, size: SVGStyle.fontSize)
                entries.append(Entry(item: item, text: text, width: swatch + SVGText.width(text, size: SVGStyle.fontSize) + 14))
            }
        }
        (self.bar, self.entries) = (bar, entries)
        rows = entries.reduce(into: []) { rows, entry in
            if let last = rows.last, last.reduce(entry.width, { $0 + $1.width }) <= width - 2 * margin {
                rows[rows.count - 1].append(entry)
            } else {
                rows.append([entry])
            }
        }
    }

    var heightAbove: Double { isBeside || rows.isEmpty ? 0 : Double(rows.count) * rowHeight + 4 }
    var heightBeside: Double { (isBeside ? Double(entries.count) * rowHeight : 0) + (bar == nil ? 0 : 110) }
    var widthBeside: Double {
        let names = isBeside ? entries.map(\.width).max() ?? 0 : 0
        return max(names + (names > 0 ? 4 : 0), bar == nil ? 0 : 76)
    }

    func draw(_ out: inout SVGWriter, above: Double, beside: (x: Double, y: Double, height: Double)) {
        if isBeside {
            for (index, entry) in entries.enumerated() { draw(entry, beside.x, beside.y + 8 + Double(index) * rowHeight, &out) }
        } else {
            for (index, row) in rows.enumerated() {
                var x = margin
                for entry in row {
                    draw(entry, x, above + 10 + Double(index) * rowHeight, &out)
                    x += entry.width
                }
            }
        }
        let used = isBeside ? Double(entries.count) * rowHeight : 0
        drawBar(&out, beside.x, beside.y + used, beside.height - used)
    }

    private func draw(_ entry: Entry, _ x: Double, _ y: Double, _ out: inout SVGWriter) {
        let color = entry.item.color
        let (stroke, fill) = (SVGStyle.stroke(color), SVGStyle.fill(color))
        switch entry.item.shape {
        case .line: out.line(x, y, x + 20, y, "class=\"gp-line \(stroke)\"\(SVGStyle.dash(color))")
        case .path:
            out.line(x, y, x + 20, y, "class=\"gp-line \(stroke)\"")
            out.path(Signs.circle((x + 3, y), 3.5), "class=\"gp-hollow \(stroke)\"")
            out.path(Signs.diamond((x + 17, y), 5), "class=\"\(fill)\"")
        case .points: out.path(Signs.sign(color, (x + 10, y), 4), "class=\"\(fill)\"")
        case .vertical: out.line(x + 10, y - 8, x + 10, y + 8, "class=\"gp-mark \(color == nil ? "" : stroke)\"")
        case .horizontal: out.line(x, y, x + 20, y, "class=\"gp-mark \(color == nil ? "" : stroke)\"")
        case .bars: out.rect(x + 3, y - 6, 14, 12, "class=\"gp-bar \(fill)\"")
        case .contour: out.line(x, y, x + 20, y, "class=\"gp-level gp-c4\"")
        case .ceiling: out.path("M\(SVGText.number(x + 6)) \(SVGText.number(y - 4))l8 8m0-8l-8 8", "class=\"\(stroke)\" stroke-width=\"2\"")
        case .heat, .regions: break
        }
        out.text(entry.text, x + swatch, y + 4.5)
    }

    private func drawBar(_ out: inout SVGWriter, _ x: Double, _ y: Double, _ height: Double) {
        guard let bar else { return }
        let title = bar.name.isEmpty ? 0 : rowHeight
        if !bar.name.isEmpty { out.text(SVGText.fit(bar.name, 72, size: 12), x, y + 10, "class=\"gp-small\"") }
        let (top, tall, steps) = (y + title, max(height - title, 40), 48)
        let map = AxisMap(Axis(), data: Interval(bar.low, bar.high))
        for step in 0..<steps {
            let part = Double(step) / Double(steps - 1)
            // Each step overlaps the one above by half a pixel, lest the ground shines through.
            out.rect(x, top + tall * (1 - Double(step + 1) / Double(steps)), 14, tall / Double(steps) + (step == 0 ? 0 : 0.5), "fill=\"\(Palette.heat(bar.high > bar.low ? part : 0.5).hex)\"")
        }
        let ticks = bar.high > bar.low ? Axis().ticks(map, atMost: max(Int(tall / 26), 2)) { _ in true }.ticks : [Tick(place: 0.5, label: shortNumber(bar.low))]
        for tick in ticks { out.text(SVGText.fit(tick.label, 54, size: 12), x + 19, top + tall * (1 - tick.place) + 4, "class=\"gp-small\"") }
    }
}

extension Scene.Shape {
    /// Regions lie under points, whose names say what they are.
    var isGround: Bool { if case .regions = self { true } else { false } }
}
