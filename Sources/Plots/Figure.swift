/// A picture as data: what to draw, on which axes, under which names. Both renderers read the same value.
package struct Figure: Sendable, Equatable {
    package var title: String
    package var x: Axis
    package var y: Axis
    package var series: [Series]
    /// Sentences for under the picture; the renderers add their own (values left out, say).
    package var notes: [String]

    package init(title: String = "", x: Axis = Axis(), y: Axis = Axis(), series: [Series] = [], notes: [String] = []) {
        (self.title, self.x, self.y, self.series, self.notes) = (title, x, y, series, notes)
    }
}

/// How values become distances along an axis.
package enum Scale: Sendable, Equatable {
    case linear
    /// Base ten. Values that are not above zero have no place on it: they are left out, and a note tells so.
    case log
}

/// One axis of a figure.
package struct Axis: Sendable, Equatable {
    /// A position with a text of its own, for categories.
    package struct Name: Sendable, Equatable {
        package let value: Double
        package let text: String
        package init(_ value: Double, _ text: String) { (self.value, self.text) = (value, text) }
    }

    package var label: String
    package var scale: Scale
    /// The ends, when they are not to be taken from the data. Ends that are not finite, or not above zero on a log
    /// axis, are ignored; ends in the wrong order are exchanged.
    package var range: Interval?
    /// Ticks only at whole numbers: epochs, counts, rows.
    package var isWhole: Bool
    /// Values grow downward (rightward to leftward on `x`), as the rows of a matrix do.
    package var isReversed: Bool
    /// Replaces the computed ticks.
    package var names: [Name]

    package init(
        _ label: String = "", scale: Scale = .linear, range: Interval? = nil, isWhole: Bool = false,
        isReversed: Bool = false, names: [Name] = []
    ) {
        (self.label, self.scale, self.range) = (label, scale, range)
        (self.isWhole, self.isReversed, self.names) = (isWhole, isReversed, names)
    }
}

/// Two ends, in any order: unlike `ClosedRange` it can be made of any two numbers.
package struct Interval: Sendable, Equatable {
    package var low: Double
    package var high: Double
    package init(_ low: Double, _ high: Double) { (self.low, self.high) = (low, high) }
}

/// One thing drawn in a figure.
package struct Series: Sendable, Equatable {
    /// Its name in the legend; none when empty.
    package var name: String
    package var mark: Mark
    /// The place in the palette, from 0; by order of the series when `nil`.
    package var color: Int?

    package init(_ name: String = "", _ mark: Mark, color: Int? = nil) {
        (self.name, self.mark, self.color) = (name, mark, color)
    }
}

/// What a series draws. Of two lists of different lengths the longer is cut, and a note tells so.
package enum Mark: Sendable, Equatable {
    /// A curve through the points in their order; a value that is not finite leaves a gap.
    case line(x: [Double], y: [Double])
    /// A function's values: as `line`, but broken where it leaves through one side of the frame and comes back through
    /// the other, as 1/x does at its pole.
    case curve(x: [Double], y: [Double])
    case points(x: [Double], y: [Double])
    /// A value that holds until the next `x`.
    case steps(x: [Double], y: [Double])
    /// A curve that is walked along: start, steps and end are marked.
    case path(x: [Double], y: [Double])
    /// A straight line across the frame at one `x`, or one `y`.
    case vertical(Double)
    case horizontal(Double)
    /// `heights[i]` between `edges[i]` and `edges[i + 1]`, from zero (from the bottom on a log axis).
    case bars(edges: [Double], heights: [Double])
    /// Every cell in the colour of its value.
    case heat(Grid)
    /// Lines of equal value; levels are chosen when there are none.
    case contour(Grid, levels: [Double])
    /// Every cell in the colour of its class 0, 1, 2, …; anything else stays empty.
    case regions(Grid)
    /// Crosses at the upper edge, for results that are off every scale (a run that diverged).
    case ceiling([Double])
}

/// A matrix of values spread over a rectangle. Row 0 lies at `y.low`, column 0 at `x.low`. The extents are the
/// outer borders of the cells: 3 columns centred at 0, 1, 2 reach from -0.5 to 2.5.
package struct Grid: Sendable, Equatable {
    package let rows: Int
    package let columns: Int
    /// Row by row. Missing values count as NaN, superfluous ones are not read; a matrix of more than a million cells
    /// whose values are not all there is empty.
    package let values: [Double]
    package let x: Interval
    package let y: Interval

    package init(_ values: [Double], rows: Int, columns: Int, x: Interval? = nil, y: Interval? = nil) {
        let cells = rows.multipliedReportingOverflow(by: columns)
        let fits = rows > 0 && columns > 0 && !cells.overflow && cells.partialValue <= max(values.count, 1 << 20)
        (self.rows, self.columns, self.values) = (fits ? rows : 0, fits ? columns : 0, values)
        self.x = x ?? Interval(-0.5, Double(self.columns) - 0.5)
        self.y = y ?? Interval(-0.5, Double(self.rows) - 0.5)
    }

    /// A function's values at evenly spaced places that reach from one end of each interval to the other, both
    /// included: `values[0]` belongs to (`x.low`, `y.low`).
    package init(nodes values: [Double], rows: Int, columns: Int, x: Interval, y: Interval) {
        func outer(_ interval: Interval, _ count: Int) -> Interval {
            guard count > 1 else { return interval }
            let half = (interval.high / 2 - interval.low / 2) / Double(count - 1)
            return Interval(interval.low - half, interval.high + half)
        }
        self.init(values, rows: rows, columns: columns, x: outer(x, columns), y: outer(y, rows))
    }

    /// From the first centre of a cell to the last.
    func centres(_ interval: Interval, _ count: Int) -> Interval {
        guard count > 1 else { return interval }
        let half = (interval.high / 2 - interval.low / 2) / Double(count)
        return Interval(interval.low + half, interval.high - half)
    }

    /// The value of a cell; NaN outside.
    package func value(row: Int, column: Int) -> Double {
        guard row >= 0, row < rows, column >= 0, column < columns else { return .nan }
        let index = row * columns + column
        return index < values.count ? values[index] : .nan
    }

    package var isEmpty: Bool { rows == 0 || columns == 0 || values.isEmpty }
}
