import Datasets
import Tensors
import Testing

struct CSVTests {
    private func table(_ text: String, _ options: CSV.Options = .init()) throws -> Table {
        try CSV.parse(Array(text.utf8), options)
    }

    private func numbers(_ table: Table, _ name: String) -> [Double]? {
        if case .numbers(let tensor)? = table[name] { tensor.numbers } else { nil }
    }

    private func texts(_ table: Table, _ name: String) -> [String]? {
        if case .texts(let texts)? = table[name] { texts } else { nil }
    }

    @Test func headerAndTypesAreFound() throws {
        let table = try table("length,species\n5.1,setosa\n4.9,virginica\n")
        #expect(table.names == ["length", "species"])
        #expect(numbers(table, "length") == [5.1, 4.9])
        #expect(texts(table, "species") == ["setosa", "virginica"])
        #expect(table.rowCount == 2)
    }

    @Test func withoutHeaderColumnsAreNumbered() throws {
        let table = try table("1;2\n3;4")
        #expect(table.names == ["column0", "column1"])
        #expect(numbers(table, "column1") == [2, 4])
    }

    @Test func quotedFieldsKeepSeparatorsQuotesAndLineEnds() throws {
        let table = try table("name,note\n\"a,b\",\"say \"\"hi\"\"\nthere\"\n")
        #expect(texts(table, "name") == ["a,b"])
        #expect(texts(table, "note") == ["say \"hi\"\nthere"])
    }

    @Test func missingNumbersAreNaN() throws {
        let numbers = try #require(numbers(try table("x\n1\nNA\n3\n"), "x"))
        #expect(numbers[0] == 1 && numbers[1].isNaN && numbers[2] == 3)
    }

    @Test func byteOrderMarkAndCarriageReturnsAreNoData() throws {
        let table = try CSV.parse([0xEF, 0xBB, 0xBF] + Array("a,b\r\n1,2\r\n".utf8))
        #expect(table.names == ["a", "b"])
        #expect(numbers(table, "b") == [2])
    }

    @Test(arguments: [
        ("a,b\n1,2\n3\n", 3, 2), ("a,b\n1,2,3\n", 2, 3), ("a\n\"1\n", 2, 1), ("a\nx\"y\n", 2, 1),
        // Blank lines, both ends of a line, and line ends within quotes are counted.
        ("a,b\n\n\n1,2\n3\n", 5, 2), ("a,b\r\n\r\n1,2\r\n3\r\n", 4, 2), ("a,b\n\"x\ny\",2\n3\n", 4, 2), ("a,b\r1,2\r3\r", 3, 2),
        ("a,b\n1,2\n,\n,,\n", 4, 3),
    ])
    func badRowsAreRefusedWithTheirPlace(_ text: String, _ line: Int, _ column: Int) {
        let error = #expect(throws: DataError.self) { try CSV.parse(Array(text.utf8)) }
        #expect(error?.line == line)
        #expect(error?.column == column)
    }

    @Test(arguments: ["", "\n\n", "\r\n", "\u{FEFF}"])
    func emptyFileIsRefused(_ text: String) {
        let error = #expect(throws: DataError.self) { try CSV.parse(Array(text.utf8)) }
        #expect(error?.message == "the file holds no rows")
    }

    @Test func whatIsNotInUTF8IsRefusedWithItsPlace() {
        let error = #expect(throws: DataError.self) { try CSV.parse(Array("a,b\n1,x\n2,".utf8) + [0xE9, 0x0A]) }
        #expect(error?.line == 3 && error?.column == 2)
        #expect(throws: DataError.self) { try CSV.parse([0xFF, 0xFE, 0x61, 0]) }
    }

    @Test func textBehindNumbersMakesTheColumnText() throws {
        let table = try table("x,y,z\n1.50,,?\n,,2\ntwo,a,-\n")
        #expect(texts(table, "x") == ["1.50", "", "two"])
        #expect(texts(table, "y") == ["", "", "a"])
        #expect(numbers(table, "z")?.map(\.isNaN) == [true, false, true])
    }

    @Test func marksThatAreTextAmongTextStay() throws {
        #expect(texts(try table("sign\n+\n-\n?\nNA\n"), "sign") == ["+", "-", "?", ""])
        #expect(texts(try table("sign\n-\n+\n"), "sign") == ["-", "+"])
        var options = CSV.Options()
        options.missing = ["?", "none"]
        #expect(texts(try table("a,b\n?,1\nNA,none\n", options), "a") == ["", "NA"])
    }

    @Test func separatorAndDecimalCommaCanBeGiven() throws {
        var options = CSV.Options()
        options.decimal = UInt8(ascii: ",")
        let table = try table("preço;nome\n1,5;a b\n-2,25e1;c\n", options)
        #expect(numbers(table, "preço") == [1.5, -22.5])
        #expect(texts(table, "nome") == ["a b", "c"])
        let spaced = try self.table("  1.0   2.0\n 3  \t4\r\n", CSV.Options(separator: 0x20))
        #expect(numbers(spaced, "column0") == [1, 3] && numbers(spaced, "column1") == [2, 4])
        #expect(try self.table("a\tb\n1\t2\n").names == ["a", "b"])
        #expect(try self.table("a|b\n1|2\n").names == ["a", "b"])
        #expect(try self.table("\"a,b\";c\n1;2\n").names == ["a,b", "c"])
    }

    @Test func headerCanBeGiven() throws {
        let years = try table("2019,2020\n1,2\n", CSV.Options(header: true))
        #expect(years.names == ["2019", "2020"] && years.rowCount == 1)
        let words = try table("a,b\nc,d\n", CSV.Options(header: false))
        #expect(words.names == ["column0", "column1"] && words.rowCount == 2)
        #expect(try table("a,a,,a1\n1,2,3,4\n").names == ["a", "a1", "column2", "a13"])
    }

    /// The standard library reads decimal numbers correctly rounded; it takes other spellings too, which are text here.
    @Test func numbersAreReadCorrectlyRounded() throws {
        var generator = SeededGenerator(7)
        var fields = ["0", "-0", "1.", ".5", "+2", "1e3", "1E-3", "9007199254740993", "0.1", "1e22", "1e23", "123456789012345678901234567890", "4.9e-324", "1e400", "2.2250738585072011e-308"]
        for _ in 0..<2000 {
            let number = Double(bitPattern: generator.next())
            if number.isFinite { fields.append("\(number)") }
            let digits = (0..<Int.random(in: 1...25, using: &generator)).map { _ in "\(Int.random(in: 0...9, using: &generator))" }.joined()
            fields.append("\(digits).\(digits)e\(Int.random(in: -30...30, using: &generator))")
        }
        let read = try #require(numbers(try table("x\n" + fields.joined(separator: "\n") + "\n"), "x"))
        for (field, number) in zip(fields, read) { #expect(number.bitPattern == Double(field)?.bitPattern, "\(field)") }
        for field in ["0x10", "1_000", "1e", "e5", "1.2.3", "--1", "1 2", "nan(1)", "infx", "١"] {
            #expect(texts(try table("x\na\n\(field)\n"), "x") == ["a", field])
        }
        #expect(numbers(try table("x\ninf\n-Infinity\n 3 \n"), "x") == [.infinity, -.infinity, 3])
    }

    @Test func writtenTablesReadBack() throws {
        let names = ["n", "t, \"quoted\"", "m"]
        let written = Table(
            names: names,
            columns: [
                .numbers(Tensor([0.1, -1e-300, .infinity, .nan, 12345678, -0.0])), .texts(["a,b", "say \"x\"", " spaces ", "", "line\nend", "é∇"]),
                .numbers(Tensor([1, 2, 3, 4, 5, .nan])),
            ], rowCount: 6)
        let read = try table(written.csv)
        #expect(read.names == names)
        #expect(numbers(read, "n")?.map(\.bitPattern) == [0.1, -1e-300, .infinity, .nan, 12345678, -0.0].map(\.bitPattern))
        #expect(texts(read, names[1]) == ["a,b", "say \"x\"", " spaces ", "", "line\nend", "é∇"])
    }

    @Test func aSingleColumnKeepsItsEmptyTexts() throws {
        let read = try table(Table(names: ["t"], columns: [.texts(["a", "", "b"])], rowCount: 3).csv)
        #expect(texts(read, "t") == ["a", "", "b"])
    }
}
