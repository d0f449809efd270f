import Autodiff
import Syntax
import Tensors

extension Builtin {
    static let checkGrad = Builtin(
        "check_grad", [.required("f"), .required("x")], .derivatives,
        summary: "compares the gradient of f at x with central differences: the largest relative error, and where",
        examples: ["check_grad(w -> (w - 3)^2, 1).ok  # true"]
    ) { call in
        let f = try function(call)
        let gradient = try GradientFunction(of: f).invoke(call.machine.bound(f, [call[1]], call.site), call.machine, call.site)
        return try CheckGrad(f, call[1], gradient, call.machine, call.site).report()
    }
}

/// Central differences against the gradient, number by number.
private struct CheckGrad {
    let function: Callable
    let x: Value
    let exact: [Tensor]
    let machine: Machine
    let site: Site

    init(_ function: Callable, _ x: Value, _ gradient: Value, _ machine: Machine, _ site: Site) {
        self.function = function
        self.x = x
        exact = gradient.leaves.compactMap(\.tensor)
        self.machine = machine
        self.site = site
    }

    /// {ok, error, at, exact, difference} at the worst place.
    func report() throws -> Value {
        var worst = (error: -1.0, at: "", exact: 0.0, difference: 0.0)
        let paths = zip(x.leafPaths(), x.leaves).filter { $1.isNumeric }
        for (leaf, (path, value)) in paths.enumerated() {
            guard let tensor = value.tensor else { continue }
            for position in 0..<tensor.count {
                try machine.tick(site)
                let difference = try centralDifference(leaf, position, tensor)
                let exact = exact[leaf][position]
                let error = abs(difference - exact) / max(1, abs(exact), abs(difference))
                if error > worst.error || error.isNaN {
                    worst = (error.isNaN ? .infinity : error, path + place(position, tensor.shape), exact, difference)
                }
            }
        }
        return .record([
            ("ok", .boolean(worst.error < 1e-5)), ("error", .number(max(0, worst.error))), ("at", .string(worst.at)),
            ("exact", .number(worst.exact)), ("difference", .number(worst.difference)),
        ])
    }

    private func centralDifference(_ leaf: Int, _ position: Int, _ tensor: Tensor) throws -> Double {
        // The cube root of the precision balances truncation against rounding.
        let h = 6e-6 * max(1, abs(tensor[position]))
        return (try value(leaf, position, tensor[position] + h) - value(leaf, position, tensor[position] - h)) / (2 * h)
    }

    private func value(_ leaf: Int, _ position: Int, _ number: Double) throws -> Double {
        var index = -1
        let moved = x.mapLeaves { value -> Value in
            guard value.isNumeric, var tensor = value.tensor else { return value }
            index += 1
            guard index == leaf else { return value }
            tensor.set(position, to: number)
            return Value(tensor)
        }
        return try machine.invoke(function, machine.bound(function, [moved], site), site).tensor?.number ?? .nan
    }

    private func place(_ position: Int, _ shape: Shape) -> String {
        if shape.rank == 0 { return "" }
        var rest = position
        let indices = shape.strides.map { stride -> String in
            defer { rest %= stride }
            return "\(rest / stride)"
        }
        return "[\(indices.joined(separator: ", "))]"
    }
}
