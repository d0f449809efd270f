/// What the rules of calculus are called; each primitive's declaration names one by its English name.
package struct RuleWords: Sendable {
    package let arccosine = Message("arccosine", pt: "arco cosseno")
    package let arcsine = Message("arcsine", pt: "arco seno")
    package let arctangent = Message("arctangent", pt: "arco tangente")
    package let branchTaken = Message("branch taken", pt: "ramo seguido")
    package let chainRule = Message("chain rule", pt: "regra da cadeia")
    package let cholesky = Message("Cholesky", pt: "Cholesky")
    package let constant = Message("constant", pt: "constante")
    package let constantFactor = Message("constant factor", pt: "fator constante")
    package let cosine = Message("cosine", pt: "cosseno")
    package let eigenvalueDecomposition = Message("eigenvalue decomposition", pt: "decomposição em valores próprios")
    package let exponential = Message("exponential", pt: "exponencial")
    package let fundamentalTheoremOfCalculus = Message("fundamental theorem of calculus", pt: "teorema fundamental do cálculo")
    package let hyperbolicCosine = Message("hyperbolic cosine", pt: "cosseno hiperbólico")
    package let hyperbolicSine = Message("hyperbolic sine", pt: "seno hiperbólico")
    package let hyperbolicTangent = Message("hyperbolic tangent", pt: "tangente hiperbólica")
    package let implicitDifferentiation = Message("implicit differentiation", pt: "derivação implícita")
    package let inverseHyperbolicCosine = Message("inverse hyperbolic cosine", pt: "cosseno hiperbólico inverso")
    package let inverseHyperbolicSine = Message("inverse hyperbolic sine", pt: "seno hiperbólico inverso")
    package let inverseHyperbolicTangent = Message("inverse hyperbolic tangent", pt: "tangente hiperbólica inversa")
    package let jacobiFormula = Message("Jacobi's formula", pt: "fórmula de Jacobi")
    package let logarithm = Message("logarithm", pt: "logaritmo")
    package let matrixInverse = Message("matrix inverse", pt: "matriz inversa")
    package let piecewiseConstant = Message("piecewise constant", pt: "constante por partes")
    package let powerRule = Message("power rule", pt: "regra da potência")
    package let productRule = Message("product rule", pt: "regra do produto")
    package let qr = Message("QR", pt: "QR")
    package let quotientRule = Message("quotient rule", pt: "regra do quociente")
    package let rearrangement = Message("rearrangement", pt: "rearranjo")
    package let remainder = Message("remainder", pt: "resto")
    package let sigmoid = Message("sigmoid", pt: "sigmoide")
    package let sine = Message("sine", pt: "seno")
    package let singularValueDecomposition = Message("singular value decomposition", pt: "decomposição em valores singulares")
    package let softmax = Message("softmax", pt: "softmax")
    package let softplus = Message("softplus", pt: "softplus")
    package let squareRoot = Message("square root", pt: "raiz quadrada")
    package let sumRule = Message("sum rule", pt: "regra da soma")
    package let tangent = Message("tangent", pt: "tangente")
}

extension Words {
    private static let ruleNames: [String: Message] = Dictionary(
        Mirror(reflecting: rules).children.compactMap { ($0.value as? Message).map { ($0.english, $0) } }) { first, _ in first }

    /// A rule of calculus by its English name; another name stands for itself.
    package static func rule(named name: String) -> Message { ruleNames[name] ?? Message(name, pt: name) }

    package static var knownRules: Set<String> { Set(ruleNames.keys) }
}
