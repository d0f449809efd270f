import Syntax

/// How numbers and values are printed.
package struct NumberStyle: Sendable {
    /// Significant digits at most; 17 shows every double exactly.
    package var digits = 10
    /// A fixed count of digits behind the point instead.
    package var places: Int?
    /// Tensors of more numbers are cut.
    package var mostNumbers = 200
    /// Columns of the terminal or page.
    package var width = 80

    /// Of numbers in single precision, which holds seven digits; nine tell all of them apart.
    private var isSingle = false

    package init(digits: Int = 10) { self.digits = digits }

    var single: NumberStyle {
        var style = self
        style.digits = digits >= 17 ? 9 : min(digits, 7)
        style.isSingle = digits >= 10
        return style
    }

    /// A number rounded to `digits` significant digits, without trailing zeros: `0.6`, `1e-7`. A whole number is shown in full as
    /// long as it is exact, unless fewer digits than usual are asked for.
    package func format(_ number: Double) -> String {
        if let places, number.isFinite { return DecimalDigits.fixed(number, places: places) }
        let isCount = (digits >= 10 || isSingle) && abs(number) < 1e15 && number.rounded() == number
        return formatNumber(number, digits: digits >= 17 || isCount ? nil : digits)
    }
}
