import Autodiff
import Tensors
import Testing

struct SelectionTests {
    @Test func uniqueNumbersAndTheirCounts() throws {
        let x = Tensor([3, 1, .nan, -0.0, 1, 0, 3, 1, .nan, -.infinity], shape: Shape([2, 5]))
        let (values, counts) = try x.unique()
        #expect(values.numbers.dropLast() == [-.infinity, 0, 1, 3] && values.numbers[4].isNaN)
        #expect(counts.numbers == [1, 2, 3, 2, 2])
        #expect(try x.converted(to: .f32).unique().values.type == .f32)
        #expect(try Tensor(7).unique().values.numbers == [7])
        #expect(try Tensor([]).unique().counts.count == 0)
    }

    @Test func placesOfWhatIsNotZero() throws {
        let x = Tensor([0, 1, 0, -0.0, .nan, 2], shape: Shape([2, 3]))
        #expect(try x.nonzeroPlaces().shape == Shape([3, 2]))
        #expect(try x.nonzeroPlaces().numbers == [0, 1, 1, 1, 1, 2])
        #expect(try Tensor(5).nonzeroPlaces().shape == Shape([1, 0]))
        #expect(try Tensor([0, 0]).nonzeroPlaces().shape == Shape([0, 1]))
        #expect(try Tensor([], shape: Shape([0, 2])).nonzeroPlaces().shape == Shape([0, 2]))
    }
}
