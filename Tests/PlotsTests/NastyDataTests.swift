import Plots
import TerminalSupport
import Testing

/// Figures out of the worst numbers and texts: nothing traps, no line is too wide, all SVG is well-formed.
@Suite struct NastyDataTests {
    private static let values: [Double] = [
        0, -0.0, 1, -1, 0.1, 3, 1e-300, 1e300, -1e300, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude / 300, .greatestFiniteMagnitude,
        -.greatestFiniteMagnitude, .infinity, -.infinity, .nan, 1e15, 1e15 + 1, 123456789.123, 0.30000000000000004,
    ]
    private static let texts = [
        "", "loss", "η", "a\nb\tc", "\u{0}\u{1B}[31m", "<&>\"'", "学习曲线学习曲线学习曲线", "👨‍👩‍👧‍👦 é e\u{301}", "\u{FFFE}", "]]>",
        "a very long text that no terminal of ordinary width would ever have the room to show in one row",
    ]

    private struct Dice {
        var state: UInt64
        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % sides
        }
        mutating func value() -> Double { roll(3) == 0 ? Double(roll(2001) - 1000) / 100 : NastyDataTests.values[roll(NastyDataTests.values.count)] }
        mutating func list() -> [Double] { (0..<[0, 1, 2, 3, 10, 50][roll(6)]).map { _ in value() } }
        mutating func text() -> String { NastyDataTests.texts[roll(NastyDataTests.texts.count)] }
        mutating func interval() -> Interval? { roll(3) == 0 ? Interval(value(), value()) : nil }

        mutating func axis() -> Axis {
            let names = roll(8) == 0 ? (0..<roll(5)).map { _ in Axis.Name(value(), text()) } : []
            return Axis(
                text(), scale: roll(2) == 0 ? .linear : .log, range: interval(), isWhole: roll(3) == 0, isReversed: roll(4) == 0, names: names)
        }

        mutating func grid() -> Grid {
            let (rows, columns) = ([-1, 0, 1, 2, 7, 30][roll(6)], [0, 1, 2, 5, 40, Int.max][roll(6)])
            return Grid((0..<roll(300)).map { _ in value() }, rows: rows, columns: columns, x: interval(), y: interval())
        }

        mutating func mark() -> Mark {
            switch roll(12) {
            case 0: .line(x: list(), y: list())
            case 1: .curve(x: list(), y: list())
            case 2: .points(x: list(), y: list())
            case 3: .steps(x: list(), y: list())
            case 4: .path(x: list(), y: list())
            case 5: .vertical(value())
            case 6: .horizontal(value())
            case 7: .bars(edges: list(), heights: list())
            case 8: .heat(grid())
            case 9: .contour(grid(), levels: roll(2) == 0 ? [] : list())
            case 10: .regions(grid())
            default: .ceiling(list())
            }
        }

        mutating func figure() -> Figure {
            let series = (0..<roll(5)).map { _ in Series(text(), mark(), color: roll(4) == 0 ? roll(40) - 5 : nil) }
            return Figure(title: text(), x: axis(), y: axis(), series: series, notes: roll(3) == 0 ? [text()] : [])
        }
    }

    @Test func textKeepsItsWidth() {
        var dice = Dice(state: 1)
        for round in 0..<1500 {
            let figure = dice.figure()
            let renderer = TextRenderer(width: 20 + dice.roll(80), height: dice.roll(25), unicode: round % 2 == 0, color: false)
            let text = renderer.render(figure)
            for line in text.split(separator: "\n") where displayColumns(line) > renderer.width {
                Issue.record("round \(round): \(displayColumns(line)) of \(renderer.width) columns: \(line)")
            }
            #expect(!text.contains("\u{1B}"))
            if !renderer.unicode { #expect(text.unicodeScalars.allSatisfy { $0.isASCII }) }
        }
    }

    @Test func colourOnlyAddsCodes() {
        var dice = Dice(state: 2)
        for round in 0..<400 {
            let figure = dice.figure()
            let text = TextRenderer(width: 60, height: 10, unicode: round % 2 == 0, color: true).render(figure)
            let plain = text.split(separator: "\u{1B}", omittingEmptySubsequences: false).enumerated()
                .map { $0 == 0 ? $1 : $1.drop { $0 != "m" }.dropFirst() }.joined()
            #expect(plain.split(separator: "\n").allSatisfy { displayColumns($0) <= 60 }, "round \(round)")
        }
    }

    @Test func svgIsWellFormed() {
        var dice = Dice(state: 3)
        for round in 0..<1000 {
            let source = SVGRenderer(width: 100 + dice.roll(1000), height: dice.roll(700)).render(dice.figure())
            if let problem = XMLChecker.problem(in: source) { Issue.record("round \(round): \(problem)") }
            #expect(!source.contains("nan") && !source.contains("=\"inf"))
        }
    }

    @Test func picturesTakeAnything() {
        var dice = Dice(state: 4)
        for _ in 0..<300 {
            let figures = [
                Figure.training(epochs: dice.list(), training: dice.list(), validation: dice.list(), best: dice.value()),
                Figure.sweep(parameter: dice.text(), values: dice.list(), results: [(dice.text(), dice.list())]),
                Figure.sweep(columns: (dice.text(), dice.list()), rows: (dice.text(), dice.list()), results: dice.list()),
                Figure.functions([(dice.text(), dice.list(), dice.list())], over: Interval(dice.value(), dice.value())),
                Figure.histogram(dice.list(), bins: dice.roll(2) == 0 ? nil : dice.roll(50) - 5),
                Figure.heatmap(dice.list(), rows: dice.roll(6), columns: dice.roll(6)),
                Figure.contour(dice.grid(), path: ("p", dice.list(), dice.list())),
                Figure.boundary(dice.grid(), classes: [(dice.text(), dice.list(), dice.list())]).upTo(dice.roll(5) - 1),
            ]
            for figure in figures {
                let text = TextRenderer(width: 40, height: 8).render(figure)
                #expect(text.split(separator: "\n").allSatisfy { displayColumns($0) <= 40 })
                #expect(XMLChecker.problem(in: SVGRenderer().render(figure)) == nil)
            }
        }
    }

    @Test func graphsTakeAnything() {
        var dice = Dice(state: 5)
        for _ in 0..<200 {
            let count = dice.roll(15)
            let nodes = (0..<count).map { _ in GraphPicture.Node(dice.text(), details: [dice.text()], kind: .operation) }
            let edges = (0..<dice.roll(30)).map { _ in GraphPicture.Edge(dice.roll(17) - 1, dice.roll(17) - 1) }
            let source = SVGRenderer().render(GraphPicture(title: dice.text(), nodes: nodes, edges: edges))
            #expect(XMLChecker.problem(in: source) == nil)
        }
    }

    @Test(arguments: ["<a>", "<a></b>", "<a b=\"1\" b=\"2\"/>", "<a>&nbsp;</a>", "<a/><b/>", "<a>\u{1}</a>", "x<a/>", "<a b=1/>", ""])
    func checkerRefuses(text: String) { #expect(XMLChecker.problem(in: text) != nil) }
}
