import Autodiff
import Tensors
import Testing

/// What the layout, indexing and ordering primitives refuse, and in which words.
struct LayoutErrorTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let primitive: Primitive
        let operands: [Tensor]
        let attributes: [Attribute]
        let message: String

        init(_ primitive: Primitive, _ operands: [[Int]], _ attributes: [Attribute], _ message: String) {
            self.init(primitive, tensors: operands.map { Tensor(repeating: 0, shape: Shape($0)) }, attributes, message)
        }

        init(_ primitive: Primitive, tensors: [Tensor], _ attributes: [Attribute], _ message: String) {
            (self.primitive, operands, self.attributes, self.message) = (primitive, tensors, attributes, message)
        }

        var testDescription: String { "\(primitive.name): \(message)" }
    }

    static let cases = [
        Case(.reshape, [[2, 3]], [.ints([4, 2])], "6 numbers cannot take the shape [4, 2], which holds 8"),
        Case(.reshape, [[2, 3]], [.ints([4, -1])], "no length in place of -1 makes [4, -1] hold 6 numbers"),
        Case(.reshape, [[2, 3]], [.ints([-1, -1])], "only one length may be -1, as in [-1, -1]"),
        Case(.reshape, [[2, 3]], [.ints([-2, 3])], "a length cannot be negative, as in [-2, 3]"),
        Case(.reshape, [[0]], [.ints([0, -1])], "no length in place of -1 makes [0, -1] hold 0 numbers"),
        Case(.reshape, [[1]], [.ints([1 << 40, 1 << 40])], "a tensor of shape [1099511627776, 1099511627776] is too large"),
        Case(.flatten, [[2, 3]], [.int(2)], "there is no axis 2 in a tensor of shape [2, 3]"),
        Case(.squeeze, [[2, 1]], [.int(0)], "axis 0 of [2, 1] has length 2, so it cannot be dropped"),
        Case(.unsqueeze, [[2, 1]], [.int(3)], "there is no place 3 for a new axis in a tensor of shape [2, 1]"),
        Case(.transpose, [[2, 3]], [.ints([0])], "the axes [0] are not an order of the axes of [2, 3]"),
        Case(.transpose, [[2, 3]], [.ints([0, -2])], "the axes [0, -2] are not an order of the axes of [2, 3]"),
        Case(.swap, [[3]], [.int(-2), .int(-1)], "there are no two axes to exchange in a tensor of shape [3]"),
        Case(.concat, [], [.int(0)], "there are no tensors to put together"),
        Case(.concat, [[2], []], [.int(0)], "a number has no axis to be joined along"),
        Case(.concat, [[2, 3], [2, 4]], [.int(0)], "tensors of shapes [2, 3] and [2, 4] do not join along axis 0"),
        Case(.concat, [[2, 3], [2]], [.int(1)], "tensors of shapes [2, 3] and [2] do not join along axis 1"),
        Case(.stack, [], [.int(0)], "there are no tensors to put together"),
        Case(.stack, [[2], [3]], [.int(0)], "tensors of shapes [2] and [3] do not stack"),
        Case(.tile, [[2]], [.int(-1)], "a tensor cannot be repeated -1 times"),
        Case(.tile, [[2]], [.ints([1 << 62, 1 << 62])], "a tensor of shape [4611686018427387904, 1, 4611686018427387904, 2] is too large"),
        Case(.repeat, [[2]], [.int(-1), .none], "an entry cannot be repeated -1 times"),
        Case(.repeat, [[2]], [.ints([1, 2, 3]), .none], "there are 3 counts for the 2 entries of the axis"),
        Case(.repeat, [[2]], [.int(.max), .none], "a tensor of shape [9223372036854775807] is too large"),
        Case(.slice, [[4]], [.int(1), .int(5)], "5 is out of range for axis 0 of length 4"),
        Case(.slice, [[4]], [.int(-5), .int(1)], "-5 is out of range for axis 0 of length 4"),
        Case(.slice, [[4]], [.int(3), .int(1)], "the slice of axis 0 starts at 3, after its end 1"),
        Case(.slice, [[4]], [.ints([0, 0]), .ints([1, 1])], "a tensor of shape [4] has no 2 axes to slice"),
        Case(.slice, [[4]], [.ints([0]), .ints([1, 1])], "1 starts, 2 stops and 1 axes do not make a block"),
        Case(.sliceSet, [[4], [3]], [.int(0), .int(2)], "the place to fill has shape [2], the value [3]"),
        Case(.pad, [[4]], [.int(-1)], "a border cannot be -1 wide"),
        Case(.pad, [[4]], [.ints([1, 2, 3])], "3 widths are not two for each axis of [4]"),
        Case(.pad, [[4]], [.int(1 << 62)], "a tensor of shape [4611686018427387904] is too large"),
        Case(.flip, [[4]], [.int(1)], "there is no axis 1 in a tensor of shape [4]"),
        Case(.roll, [[4]], [.int(1), .int(-2)], "there is no axis -2 in a tensor of shape [4]"),
        Case(.tril, [[4]], [.int(0)], "tril is for matrices, not for a tensor of shape [4]"),
        Case(.diag, [[]], [.int(0)], "diag takes a vector or a matrix, not a tensor of shape []"),
        Case(.diag, [[2, 3]], [.int(3)], "a matrix of shape [2, 3] has no diagonal 3"),
        Case(.diag, [[2, 3]], [.int(.min)], "there is no diagonal -9223372036854775808"),
        Case(.take, tensors: [Tensor([1, 2, 3]), Tensor([0, 3])], [.int(0)], "the index 3, at [1] of the indices, is out of range for axis 0 of length 3"),
        Case(.take, tensors: [Tensor([1, 2, 3]), Tensor(-4)], [.int(0)], "the index -4 is out of range for axis 0 of length 3"),
        Case(.take, tensors: [Tensor([1, 2, 3]), Tensor([0, 1, 2, 1.5], shape: Shape([2, 2]))], [.int(0)], "the index 1.5, at [1, 1] of the indices, is not a whole number"),
        Case(.take, tensors: [Tensor([1, 2, 3]), Tensor(.nan)], [.int(0)], "the index nan is not a whole number"),
        Case(.take, tensors: [Tensor([1, 2, 3]), Tensor(-.infinity)], [.int(0)], "the index -inf is not a whole number"),
        Case(.take, tensors: [Tensor([1, 2, 3]), Tensor(-0.5)], [.int(0)], "the index -0.5 is not a whole number"),
        Case(.take, tensors: [Tensor([1, 2, 3]), Tensor(1e300)], [.int(0)], "the index 1e+300 is out of range for axis 0 of length 3"),
        Case(.take, [[], [1]], [.int(0)], "there is no axis 0 in a tensor of shape []"),
        Case(.take, [[0], [1]], [.int(0)], "the index 0, at [0] of the indices, is out of range for axis 0 of length 0"),
        Case(.gather, [[3, 2], [3]], [.int(-1)], "the indices must have as many axes as the tensor"),
        Case(.gather, [[3, 2], [4, 1]], [.int(-1)], "the indices are longer than the tensor along axis 0"),
        Case(.gather, tensors: [Tensor([1, 2, 3]), Tensor([0, -4])], [.int(0)], "the index -4, at [1] of the indices, is out of range for axis 0 of length 3"),
        Case(.scatterAdd, [[3], [2], [1]], [.int(-1)], "there must be one index for each number of the source"),
        Case(.sort, [[]], [.int(-1)], "there is no axis -1 in a tensor of shape []"),
        Case(.argtopk, [[3]], [.int(4), .int(-1), .flag(true)], "k is 4, but axis 0 of [3] holds 3 numbers"),
        Case(.searchsorted, [[2, 2], []], [.flag(false)], "the sorted numbers must be a vector"),
    ]

    @Test(arguments: LayoutErrorTests.cases)
    func isRefused(_ refused: Case) {
        let error = #expect(throws: PrimitiveError.self) {
            try refused.primitive.evaluate(refused.operands, Attributes(refused.attributes))
        }
        #expect(error?.message == refused.message)
        #expect(error?.operands.allSatisfy { $0 < refused.operands.count } == true)
    }
}
