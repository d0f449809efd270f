/// The rows beside (or under) the frame that say what is what.
struct TextLegend {
    private struct Row {
        var swatch: StyledText
        var swatchColumns: Int
        var text: String
    }

    private var rows: [Row] = []
    private let fitter: TextFitter
    private let style: TextStyle

    /// - Parameter rows: how many rows there are beside the frame.
    init(_ scene: Scene, _ style: TextStyle, rows limit: Int) {
        self.style = style
        fitter = TextFitter(unicode: style.unicode)
        for item in scene.items { add(item, limit) }
        if rows.count > limit {
            let more = rows.count - limit + 1
            rows = Array(rows.prefix(limit - 1))
            add("", nil, "\(style.unicode ? "…" : "...") \(more) more")
        }
    }

    var width: Int { rows.map { $0.swatchColumns + displayColumns($0.text) }.max() ?? 0 }

    func lines(_ columns: Int) -> [String] {
        rows.map { row in
            var text = row.swatch
            text.append(fitter.fit(row.text, max(columns - row.swatchColumns, 1)))
            return text.closed
        }
    }

    private mutating func add(_ swatch: String, _ ink: Int?, _ text: String) {
        var styled = StyledText()
        styled.append(swatch, color: ink)
        if !swatch.isEmpty { styled.append(" ") }
        rows.append(Row(swatch: styled, swatchColumns: swatch.isEmpty ? 0 : displayColumns(swatch) + 1, text: fitter.clean(text)))
    }

    private mutating func add(_ item: Scene.Item, _ limit: Int) {
        if case .heat(_, let low, let high) = item.shape { return addRamp(item.name, low, high, limit) }
        guard !item.name.isEmpty else { return }
        add(swatch(item), style.ink(item.color), item.name)
    }

    private func swatch(_ item: Scene.Item) -> String {
        switch item.shape {
        case .line: style.unicode ? sample(style.pattern(item.color)) : String(repeating: style.lineGlyph(item.color), count: 2)
        case .path: style.unicode ? "◇◆" : "O@"
        case .points: String(style.pointGlyph(item.color))
        case .vertical: style.unicode ? "┊" : "|"
        case .horizontal: style.unicode ? "┈" : "-"
        case .bars: String(style.bar(item.color))
        case .ceiling: style.unicode ? "✕" : "X"
        case .contour: style.unicode ? "⠒⠒" : "ab"
        case .heat, .regions: ""
        }
    }

    /// Six dots of a dash pattern, as a curve in mid-height shows them.
    private func sample(_ pattern: [Bool]) -> String {
        let halves: [[Bool]: Character] = [[true, true]: "⠒", [true, false]: "⠂", [false, true]: "⠐", [false, false]: " "]
        return String((0..<3).map { cell in halves[(0..<2).map { pattern[(cell * 2 + $0) % pattern.count] }] ?? "⠒" })
    }

    private mutating func addRamp(_ name: String, _ low: Double, _ high: Double, _ limit: Int) {
        if !name.isEmpty { add("", nil, name) }
        let steps = style.color ? 5 : style.shades.count
        // In a low picture the ends alone.
        let isShort = rows.count + steps > limit
        for index in (0..<steps).reversed() where !isShort || index == 0 || index == steps - 1 {
            let part = steps > 1 ? Double(index) / Double(steps - 1) : 0
            let isMiddle = index * 2 == steps - 1
            let text = index == steps - 1 ? shortNumber(high) : index == 0 ? shortNumber(low) : isMiddle ? shortNumber(low / 2 + high / 2) : ""
            let glyph: Character = style.color ? (style.unicode ? "█" : "#") : style.shades[index]
            add(String(repeating: glyph, count: 2), style.color ? Palette.heat(part).terminal : nil, text)
        }
    }
}
