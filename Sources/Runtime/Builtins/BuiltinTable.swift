import Autodiff

extension Builtin {
    /// Every builtin, family by family. A new one is declared and listed in its family's file.
    package static let all: [Builtin] =
        derivatives
        + explaining
        + tensors
        + numbers
        + random
        + lists
        + records
        + text
        + output
        + training
        + pictures
        + files
        + tables
        + rows
}

extension Builtins {
    /// Primitives, builtins and constants; the prelude is added on top.
    package static func core() -> Builtins {
        let builtins = Builtins()
        for primitive in Primitive.catalogue where !primitive.isHidden {
            builtins.add(primitive.name, .function(PrimitiveFunction(primitive)))
        }
        for builtin in Builtin.all { builtins.add(builtin.name, .function(BuiltinFunction(builtin))) }
        for constant in Constant.all { builtins.add(constant.name, .number(constant.number)) }
        return builtins
    }
}
