import Failures

/// A number, a name or a sign of a formula, and where it stands.
struct FormulaToken: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case number(Double)
        case name(String)
        /// One of + - * / ^ ( ) [ ] ,
        case sign(Character)
        case end
    }

    let kind: Kind
    /// The number of its first character.
    let place: Int

    /// For messages.
    var text: String {
        switch kind {
        case .number(let value): "\(value)"
        case .name(let name): "'\(name)'"
        case .sign(let sign): "'\(sign)'"
        case .end: "the end"
        }
    }

    /// The tokens of a formula, behind them the end.
    /// - Throws: `.configuration` for a character that no formula has.
    static func all(of text: String) throws(Failure) -> [FormulaToken] {
        let characters = Array(text)
        var (tokens, place): ([FormulaToken], Int) = ([], 0)
        func run(from start: Int, _ belongs: (Character) -> Bool) -> Int {
            var end = start
            while end < characters.count, belongs(characters[end]) { end += 1 }
            return end
        }
        while place < characters.count {
            let (character, start) = (characters[place], place)
            if character.isWhitespace {
                place += 1
            } else if isDigit(character) || character == "." {
                place = run(from: place) { isDigit($0) || $0 == "." }
                // 1e-3, but not the name behind 2exp.
                let sign = place + 1 < characters.count && "+-".contains(characters[place + 1]) ? 1 : 0
                if place < characters.count, "eE".contains(characters[place]), place + sign + 1 < characters.count,
                    isDigit(characters[place + sign + 1])
                {
                    place = run(from: place + sign + 1, isDigit)
                }
                guard let value = Double(String(characters[start..<place])) else {
                    throw failure("expected a number, found \(String(characters[start..<place]))", text, at: start)
                }
                tokens.append(FormulaToken(kind: .number(value), place: start))
            } else if character.isLetter || character == "_" {
                place = run(from: place) { $0.isLetter || isDigit($0) || $0 == "_" }
                tokens.append(FormulaToken(kind: .name(String(characters[start..<place])), place: start))
            } else if character == "*", place + 1 < characters.count, characters[place + 1] == "*" {
                place += 2
                tokens.append(FormulaToken(kind: .sign("^"), place: start))
            } else if "+-*/^()[],".contains(character) {
                place += 1
                tokens.append(FormulaToken(kind: .sign(character), place: start))
            } else {
                throw failure("expected a number, a name or one of + - * / ^ ( ) [ ] , found '\(character)'", text, at: start)
            }
        }
        return tokens + [FormulaToken(kind: .end, place: characters.count)]
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    /// What is wrong with a formula, over it with a caret under the place.
    static func failure(_ message: String, _ text: String, at place: Int) -> Failure {
        let line = String(text.map { $0.isNewline ? " " : $0 })
        return Failure(.configuration, "energy.formula: \(message)\n  \(line)\n  \(String(repeating: " ", count: place))^")
    }
}
