import Autodiff
import Tensors

/// Fixed irrational weights, so that no symmetry hides an error; scripts/oracles/catalogue.py makes the same.
enum Weights {
    /// The numbers of a node times weights, summed: one number to differentiate.
    static func sum(_ node: Node, salt: Int) -> Node {
        let weights = (0..<node.value.count).map { i in
            0.5 + (Double(i + 1) * 0.6180339887498949 * Double(salt + 1)).truncatingRemainder(dividingBy: 1)
        }
        return Primitive.sumTo(node * node.tape.constant(Tensor(weights, shape: node.shape)), .scalar)
    }
}
