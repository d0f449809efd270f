/// A number with a name.
struct Constant {
    let name: String
    let number: Double
    let summary: String

    static let all = [
        Constant(name: "π", number: .pi, summary: "the ratio of a circle's circumference to its diameter, 3.141592654; also written pi"),
        Constant(name: "e", number: 2.718281828459045, summary: "the base of the natural logarithm, exp(1)"),
        Constant(name: "inf", number: .infinity, summary: "infinity: larger than every other number"),
        Constant(name: "nan", number: .nan, summary: "not a number: what 0 / 0 gives, equal to nothing"),
    ]
}
