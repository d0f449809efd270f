import Autodiff
import Tensors
import Testing

/// Every primitive, at its own points, first and second order.
struct CatalogueTests {
    @Test(arguments: Primitive.catalogue)
    func gradientAgreesWithFiniteDifferences(_ primitive: Primitive) throws {
        for point in primitive.points where point.isSmooth {
            #expect(try FiniteDifferences.largestError(primitive, at: point, order: 1) < 1e-7, "\(primitive.name) at \(point.operands.map(\.numbers))")
        }
    }

    @Test(arguments: Primitive.catalogue)
    func secondDerivativeAgreesWithFiniteDifferences(_ primitive: Primitive) throws {
        for point in primitive.points where point.isSmooth {
            #expect(try FiniteDifferences.largestError(primitive, at: point, order: 2) < 1e-6, "\(primitive.name) at \(point.operands.map(\.numbers))")
        }
    }

    @Test func everyPrimitiveHasAPointAndASummary() {
        for primitive in Primitive.catalogue {
            #expect(!primitive.points.isEmpty, "\(primitive.name)")
            #expect(!primitive.summary.isEmpty, "\(primitive.name)")
        }
    }

    @Test func namesAreUnique() {
        #expect(Set(Primitive.catalogue.map(\.name)).count == Primitive.catalogue.count)
    }
}

extension Primitive: CustomTestStringConvertible {
    public var testDescription: String { name }
}
