import Autodiff
import Plots
import Syntax
import Tensors

/// A function of the program at many places, each value checked to be a number.
struct Sampler {
    let function: Callable
    let call: Builtin.Call
    /// Where the function was given.
    let index: Int

    /// Places on an interval.
    static let places = 401
    /// Places on each side of a grid.
    static let side = 81

    func value(_ arguments: [Value], at place: String) throws -> Double {
        let value = try call.machine.call(.function(function), arguments, names: nil, call.site, calleeSpan: call.span(index)).settled
        guard let tensor = value.tensor, tensor.rank == 0 else {
            throw call.problem(
                "`\(call.builtin.name)` draws numbers, but at \(place) \(function.name.map { "`\($0)`" } ?? "the function") gives \(value.typeDescription)",
                at: index,
                hints: (value.outline?.rank ?? 0) > 0 ? ["`mean(…)` or an index makes one number of it"] : [])
        }
        return tensor.number
    }

    /// The values on an interval, its ends included.
    func curve(over interval: Interval) throws -> (x: [Double], y: [Double]) {
        guard Sampler.required(function) == 1 else {
            let count = Sampler.required(function)
            throw call.problem(
                "a curve needs a function of one number, but \(function.name.map { "`\($0)`" } ?? "this one") takes \(count)", at: index,
                hints: count == 2 ? ["`contour` draws functions of two numbers"] : [])
        }
        let xs = Sampler.even(interval, Sampler.places)
        return (xs, try xs.map { try value([.number($0)], at: "\(parameter(0)) = \(call.machine.style.format($0))") })
    }

    func slope(at x: Double) throws -> Double {
        let machine = call.machine
        let value = try machine.invoke(GradientFunction(of: function), machine.bound(function, [.number(x)], call.site), call.site).settled
        guard let tensor = value.tensor, tensor.rank == 0 else {
            throw call.problem("the slope at \(call.machine.style.format(x)) is no number", at: index)
        }
        return tensor.number
    }

    func parameter(_ place: Int) -> String {
        place < function.parameters.count ? function.parameters[place].name : ["x", "y"][min(place, 1)]
    }

    /// How many arguments it must be given.
    static func required(_ function: Callable) -> Int {
        let count = function.parameters.count { $0.isRequired && !$0.isVariadic }
        return count == 0 && !function.parameters.isEmpty ? 1 : count
    }

    /// Numbers spaced evenly, both ends included.
    static func even(_ interval: Interval, _ count: Int) -> [Double] {
        guard count > 1 else { return [interval.low] }
        let last = Double(count - 1)
        return (0..<count).map { index in
            // Whole numbers come out whole: a zero between -3 and 7 is exactly 0.
            let (a, b) = (interval.low * (last - Double(index)), interval.high * Double(index))
            return a.isFinite && b.isFinite ? (a + b) / last : interval.low * (1 - Double(index) / last) + interval.high * (Double(index) / last)
        }
    }
}

extension Machine {
    /// What a function is called in a legend: its name, or the text of a lambda's body.
    func label(_ function: Callable) -> String {
        if let name = function.name { return name }
        guard let closure = function.asClosure, case .expression(let body) = closure.declaration.body else { return "" }
        return sourceText(body.span) ?? ""
    }
}
