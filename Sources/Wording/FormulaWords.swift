/// What `explain` says of formulas, derivations and listings.
package struct FormulaWords: Sendable {
    package let path = Message("along the path taken, where {condition}", pt: "pelo caminho seguido, onde {condition}")
    package let condition = Message("if", pt: "se")
    package let otherwise = Message("otherwise", pt: "caso contrário")
    package let so = Message("so", pt: "logo")
    package let at = Message("at {name} = {value}", pt: "em {name} = {value}")
    package let node = Message("node", pt: "nó")
    package let value = Message("value", pt: "valor")
    package let adjoint = Message("adjoint", pt: "adjunto")
    package let leftOut = Message("{count} more operations", pt: "mais {count} operações")
    package let noDerivative = Message("nothing here depends on {names}", pt: "nada aqui depende de {names}")
}
