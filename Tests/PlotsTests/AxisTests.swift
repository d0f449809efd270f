import Plots
import Testing

/// What the axes of a rendered picture say.
@Suite struct AxisTests {
    /// The labels beside the frame, from above.
    private func yLabels(_ figure: Figure, height: Int = 15) -> [String] {
        TextRenderer(width: 60, height: height, unicode: false).render(figure).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[1].first == "+", !line.hasPrefix(" +") || line.first != " " else { return nil }
            return parts[0].first == "+" && parts[0].contains("--") ? nil : String(parts[0])
        }
    }

    private func line(_ y: [Double], scale: Scale = .linear) -> Figure {
        Figure(y: Axis(scale: scale), series: [Series("", .line(x: y.indices.map(Double.init), y: y))])
    }

    @Test func ticksAreRound() {
        #expect(yLabels(line([0, 1])) == ["1", "0.8", "0.6", "0.4", "0.2", "0"])
        #expect(yLabels(line([-3.7, 12.2])) == ["10", "5", "0"])
        #expect(yLabels(line([0, 3e-7])) == ["3e-7", "2.5e-7", "2e-7", "1.5e-7", "1e-7", "5e-8", "0"])
        #expect(yLabels(line([0, 4e12])) == ["4e12", "3e12", "2e12", "1e12", "0"])
        #expect(yLabels(line([0, 40000])) == ["40000", "30000", "20000", "10000", "0"])
    }

    @Test func decadesOnLogAxes() {
        #expect(yLabels(line([1e-5, 1], scale: .log)) == ["1", "0.1", "0.01", "1e-3", "1e-4", "1e-5"])
        #expect(yLabels(line([1e-300, 1e300], scale: .log)).contains("1e-200"))
        #expect(yLabels(line([2, 3], scale: .log)) == ["3", "2.8", "2.6", "2.4", "2.2", "2"])
    }

    @Test func wholeAxesHaveNoFractions() {
        let figure = Figure(x: Axis("epoch", isWhole: true), series: [Series("", .line(x: [1, 2, 3], y: [1, 2, 3]))])
        let text = TextRenderer(width: 76, height: 8, unicode: false).render(figure)
        let labels = text.split(separator: "\n").dropLast().last.map { $0.split(separator: " ") } ?? []
        #expect(labels == ["1", "2", "3"])
    }

    @Test(arguments: [
        [0.1, 0.2], [1e15, 1e15 + 2], [.leastNonzeroMagnitude, .leastNormalMagnitude / 4096], [-1e300, 1e300], [1, 1 + 1e-13], [1e-300, 2e-300], [7], [-0.001, 0.001], [1e308, -1e308],
    ] as [[Double]])
    func labelsAreUniqueAndShort(values: [Double]) {
        for scale in [Scale.linear, .log] {
            let labels = yLabels(line(values, scale: scale))
            #expect(Set(labels).count == labels.count, "\(labels)")
            #expect(labels.allSatisfy { $0.count <= 9 }, "\(labels)")
        }
    }

    @Test func emptyDataIsSaid() {
        for figure in [Figure(), line([]), line([.nan, .infinity]), line([-1, 0], scale: .log), Figure.heatmap([], rows: 0, columns: 0)] {
            #expect(TextRenderer(width: 40, height: 5).render(figure).contains("no data"))
            #expect(SVGRenderer().render(figure).contains(">no data<"))
        }
    }

    @Test func leftOutIsSaid() {
        let text = TextRenderer(width: 70).render(line([1, -1, 10, 0, 100, .nan], scale: .log))
        #expect(text.contains("2 values of a series not above 0, left out on a log axis"))
        #expect(text.contains("1 value of a series not finite, left out"))
    }

    @Test func explicitRangesHold() {
        var figure = line([0, 100])
        figure.y.range = Interval(50, 0)
        #expect(yLabels(figure).first == "50")
        figure.y.range = Interval(.nan, 3)
        #expect(yLabels(figure).first == "100")
    }

    @Test func polesAreCutAndNotBridged() {
        let x = Samples.even(-2, 2, 202)
        let figure = Figure.functions([("", x, x.map { 1 / $0 })], over: Interval(-2, 2))
        let text = TextRenderer(width: 60, height: 11, unicode: false).render(figure)
        #expect(text.contains("the y axis is cut"))
        // A bridge would fill a whole column; here the middle row is crossed nowhere near the pole.
        let rows = text.split(separator: "\n").filter { $0.contains("|") }
        let middle = rows.map(Array.init)[rows.count / 2]
        let pole = middle.count / 2
        #expect(middle[(pole - 4)...(pole + 4)].allSatisfy { $0 == " " }, "\(text)")
    }

    @Test func contoursLieWhereTheyShould() {
        // The circle of radius 1: every point of its path data has that distance from the centre.
        let grid = Samples.nodes(81, Interval(-2, 2), Interval(-2, 2)) { $0 * $0 + $1 * $1 }
        let segments = grid.contour(at: 1)
        #expect(segments.count > 100)
        for s in segments {
            let (x, y) = (s.x0 / 20 - 2, s.y0 / 20 - 2)
            #expect(abs(x * x + y * y - 1) < 0.01)
        }
        // A saddle crosses both ways, and a level through the corners themselves leaves no gap.
        #expect(Grid([0, 1, 1, 0], rows: 2, columns: 2).contour(at: 0.4).count == 2)
        #expect(Grid([.nan, 1, 0, 0], rows: 2, columns: 2).contour(at: 0.5).isEmpty)
    }

    @Test func binsHoldEveryValue() throws {
        let figure = Figure.histogram([1, 2, 2, 3, 3, 3, .infinity], bins: 4)
        guard case .bars(let edges, let heights)? = figure.series.first?.mark else { throw Missing() }
        #expect(edges == [1, 1.5, 2, 2.5, 3])
        #expect(heights == [1, 0, 2, 3])
        #expect(figure.notes == ["1 of 7 values not finite, left out"])
        guard case .bars(_, let alone)? = Figure.histogram([5, 5, 5]).series.first?.mark else { throw Missing() }
        #expect(alone == [3])
    }

    private struct Missing: Error {}

    @Test func framesKeepTheirAxes() {
        let figure = Samples.contour
        let frames = (1...5).map { TextRenderer(width: 50, height: 10).render(figure.upTo($0)) }
        #expect(Set(frames).count == 5)
        #expect(Set(frames.map { $0.split(separator: "\n").count }).count == 1)
        #expect(Set(frames.map { $0.split(separator: "\n").suffix(4).joined() }).count == 1)
        #expect(TextRenderer.rewind(over: frames[0]).hasPrefix("\u{1B}[\(frames[0].split(separator: "\n", omittingEmptySubsequences: false).count - 1)A"))
    }

    @Test func millionsOfPointsStaySmall() {
        let count = 1_000_000
        var y = [Double](repeating: 0, count: count)
        y[123_456] = 1
        let figure = Figure(series: [Series("", .line(x: (0..<count).map(Double.init), y: y))])
        let svg = SVGRenderer().render(figure)
        #expect(svg.utf8.count < 60_000)
        // The one spike among them reaches the value 1, as it does alone.
        let spike = TextRenderer(width: 60, height: 10, unicode: false).render(figure).split(separator: "\n").filter { $0.contains("*") }
        #expect(spike.count >= 9)
    }

    @Test func logIsSuggestedWhereItHelps() {
        #expect(suggestsLog((0..<50).map { i in (0..<i).reduce(1.0) { v, _ in v * 0.8 } }))
        #expect(suggestsLog([0.001, 0.01, 0.1, 1]))
        #expect(suggestsLog([1, 0.1, .nan, .infinity, 0.01, 0.001]))
        #expect(!suggestsLog((1...100).map(Double.init)))
        #expect(!suggestsLog([]))
        #expect(!suggestsLog([1, 1000]))
        #expect(!suggestsLog([-1, 0.001, 0.1, 10]))
        #expect(!suggestsLog([5, 5, 5, 5]))
        #expect(!suggestsLog([0, 0, 0, 1, 10, 1000]))
    }

    @Test func numbersAreShort() {
        #expect(shortNumber(0.1 + 0.2) == "0.3")
        #expect(shortNumber(123456789) == "1.235e8")
        #expect(shortNumber(-0.00001234) == "-1.234e-5")
        #expect(shortNumber(9.9999) == "10")
        #expect(shortNumber(.nan) == "NaN")
        #expect(shortNumber(-.infinity) == "-∞")
        #expect(shortNumber(0) == "0")
        #expect(shortNumber(.leastNonzeroMagnitude) == "5e-324")
    }

    @Test func columnsAreCounted() {
        #expect(displayColumns("loss") == 4)
        #expect(displayColumns("学") == 2)
        #expect(displayColumns("e\u{301}") == 1)
        #expect(displayColumns("😀") == 2)
        #expect(displayColumns("η∇") == 2)
    }
}
