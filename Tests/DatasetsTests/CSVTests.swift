import Datasets
import Tensors
import Testing

struct CSVTests {
    private func table(_ text: String, _ options: CSV.Options = .init()) throws -> Table {
        try CSV.parse(Array(text.utf8), options)
    }

    @Test func headerAndTypesAreFound() throws {
        let table = try table("length,species\n5.1,setosa\n4.9,virginica\n")
        #expect(table.names == ["length", "species"])
        #expect(table["length"] == .numbers([5.1, 4.9]))
        #expect(table["species"] == .texts(["setosa", "virginica"]))
        #expect(table.rowCount == 2)
    }

    @Test func withoutHeaderColumnsAreNumbered() throws {
        let table = try table("1;2\n3;4")
        #expect(table.names == ["column0", "column1"])
        #expect(table["column1"] == .numbers([2, 4]))
    }

    @Test func quotedFieldsKeepSeparatorsQuotesAndLineEnds() throws {
        let table = try table("name,note\n\"a,b\",\"say \"\"hi\"\"\nthere\"\n")
        #expect(table["name"] == .texts(["a,b"]))
        #expect(table["note"] == .texts(["say \"hi\"\nthere"]))
    }

    @Test func missingNumbersAreNaN() throws {
        guard case .numbers(let numbers)? = try table("x\n1\nNA\n3\n")["x"] else {
            Issue.record("x is no column of numbers")
            return
        }
        #expect(numbers[0] == 1 && numbers[1].isNaN && numbers[2] == 3)
    }

    @Test func byteOrderMarkAndCarriageReturnsAreNoData() throws {
        let table = try CSV.parse([0xEF, 0xBB, 0xBF] + Array("a,b\r\n1,2\r\n".utf8))
        #expect(table.names == ["a", "b"])
        #expect(table["b"] == .numbers([2]))
    }

    @Test(arguments: [
        ("a,b\n1,2\n3\n", 3, 2), ("a,b\n1,2,3\n", 2, 3), ("a\n\"1\n", 2, 1), ("a\nx\"y\n", 2, 1),
    ])
    func badRowsAreRefusedWithTheirPlace(_ text: String, _ line: Int, _ column: Int) {
        let error = #expect(throws: DataError.self) { try CSV.parse(Array(text.utf8)) }
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test func emptyFileIsRefused() {
        #expect(throws: DataError.self) { try CSV.parse([]) }
    }

    @Test func writtenTablesReadBack() throws {
        let cells = [["1", "a,b"], ["2", "say \"x\""]]
        let text = CSV.text(names: ["n", "t"], rows: 2) { cells[$0][$1] }
        #expect(try table(text)["t"] == .texts(["a,b", "say \"x\""]))
    }
}

struct ArrayFileTests {
    @Test(arguments: [ElementType.f64, .f32])
    func npyReadsBack(_ type: ElementType) throws {
        let tensor = Tensor([1, -2.5, 3, 0.25, 5, 6], shape: Shape([2, 3])).converted(to: type)
        #expect(try NPY.read(NPY.write(tensor)).isIdentical(to: tensor))
    }

    @Test func npyCutAnywhereIsRefused() {
        let whole = NPY.write(Tensor([1, 2, 3]))
        for count in 0..<whole.count {
            #expect(throws: DataError.self) { try NPY.read(Array(whole.prefix(count))) }
        }
    }

    @Test func npyThatLiesAboutItsShapeIsRefused() throws {
        var bytes = NPY.write(Tensor([1, 2, 3]))
        let place = try #require(bytes.firstIndex(of: UInt8(ascii: "(")))
        bytes.replaceSubrange((place + 1)..<(place + 3), with: Array("9999999999999,".utf8))
        #expect(throws: DataError.self) { try NPY.read(bytes) }
    }

    @Test func idxReadsBytesAndShapes() throws {
        let bytes: [UInt8] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 255]
        let tensor = try IDX.read(bytes)
        #expect(tensor.shape == Shape([2, 2]))
        #expect(tensor.numbers == [1, 2, 3, 255])
        for count in 0..<bytes.count { #expect(throws: DataError.self) { try IDX.read(Array(bytes.prefix(count))) } }
    }

    @Test func idxThatLiesAboutItsLengthIsRefused() {
        #expect(throws: DataError.self) { try IDX.read([0, 0, 8, 1, 255, 255, 255, 255, 1]) }
    }
}
