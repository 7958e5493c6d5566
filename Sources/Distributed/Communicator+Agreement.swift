import Failures
import Foundation

/// All ranks take the same branch: what one rank did or failed to do becomes known to all before anybody goes on.
extension Communicator {
    /// Collective. Whether the value is true on every rank.
    public func all(_ value: Bool) throws(Failure) -> Bool {
        var values = [value ? 1.0 : 0.0]
        try minimum(&values)
        return values[0] == 1
    }

    /// Collective. Whether all ranks hold the same value, for example the hash of their parameters.
    public func isSame(_ value: UInt64) throws(Failure) -> Bool {
        var bytes = unsafe withUnsafeBytes(of: value) { unsafe Array($0) }
        let mine = bytes
        try broadcast(&bytes, from: 0)
        return try all(bytes == mine)
    }

    /// Collective. Runs `body` on rank 0 and gives its value, or its failure, to every rank.
    ///
    /// The value travels as JSON, and rank 0 returns the decoded copy too, so that all ranks hold the same value.
    public func fromRoot<T: Codable>(_ body: () throws -> T) throws(Failure) -> T {
        let bytes = try bytesFromRoot {
            let bytes = try JSONCoding.encode(try body())
            _ = try JSONCoding.decode(T.self, from: bytes)
            return bytes
        }
        do {
            return try JSONCoding.decode(T.self, from: bytes)
        } catch {
            preconditionFailure("a value that rank 0 decoded cannot be decoded here: \(error)")
        }
    }

    /// Collective. Runs `body` on rank 0 for its effect; if it fails, every rank throws its failure.
    public func onRoot(_ body: () throws -> Void) throws(Failure) {
        _ = try bytesFromRoot {
            try body()
            return []
        }
    }

    /// Collective. Runs `body` on rank 0 and gives its bytes, or its failure, to every rank.
    public func bytesFromRoot(_ body: () throws -> [UInt8]) throws(Failure) -> [UInt8] {
        try expecting(progress.expectation.withStorage) { () throws(Failure) in try shareFromRoot(body) }
    }

    private func shareFromRoot(_ body: () throws -> [UInt8]) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var failure: Failure?
        if rank == 0 {
            do { bytes = try body() } catch { failure = Failure(describing: error) }
        }
        try share(failure, from: 0)
        try broadcast(&bytes, from: 0)
        return bytes
    }

    /// Collective. Every rank runs `body`, which may fail and holds no collective call; if any did, all ranks throw the failure of
    /// the lowest failing rank.
    public func agree<T>(_ body: () throws -> T) throws(Failure) -> T {
        try expecting(progress.expectation.withStorage) { () throws(Failure) in try agreeOnResult(of: body) }
    }

    private func agreeOnResult<T>(of body: () throws -> T) throws(Failure) -> T {
        let result: Result<T, Failure>
        do { result = .success(try body()) } catch { result = .failure(Failure(describing: error)) }
        switch result {
        case .success(let value):
            try agree(on: nil)
            return value
        case .failure(let failure):
            try agree(on: failure)
            preconditionFailure("a failure went into the agreement and none came out")
        }
    }

    /// Collective. Runs what a job can do without: a failure that all ranks throw together is given back, and they go on.
    /// - Throws: any other failure: ranks that met it alone are not where the others are.
    public func attempt<T>(_ body: () throws(Failure) -> T) throws(Failure) -> Result<T, Failure> {
        agreedFailure = nil
        do throws(Failure) {
            return .success(try body())
        } catch {
            guard error == agreedFailure else { throw error }
            return .failure(error)
        }
    }

    /// Collective. As `attempt`, for a number that cannot be computed everywhere: nil where all ranks throw `.numerical` together.
    public func unlessNumerical<T>(_ body: () throws(Failure) -> T) throws(Failure) -> T? {
        switch try attempt(body) {
        case .success(let value): return value
        case .failure(let failure):
            guard failure.kind == .numerical else { throw failure }
            return nil
        }
    }

    /// Collective. Throws, on all ranks, the failure of the lowest rank that has one.
    func agree(on failure: Failure?) throws(Failure) {
        var lowest = [Double(failure == nil ? size : rank)]
        try minimum(&lowest)
        guard Int(lowest[0]) < size else { return }
        try share(failure, from: Int(lowest[0]))
    }

    /// Collective. Throws the failure of `root`, if it has one, on all ranks, and remembers that all of them threw it.
    private func share(_ failure: Failure?, from root: Int) throws(Failure) {
        var bytes = rank == root ? failure.map(Self.encode) ?? [] : []
        try broadcast(&bytes, from: root)
        guard let kind = bytes.first else { return }
        let shared = Failure(Failure.Kind(rawValue: Int32(kind)) ?? .software, String(decoding: bytes.dropFirst(), as: UTF8.self))
        agreedFailure = shared
        throw shared
    }

    /// One byte for the kind, then the message in UTF-8.
    private static func encode(_ failure: Failure) -> [UInt8] {
        [UInt8(truncatingIfNeeded: failure.kind.rawValue)] + Array(failure.message.utf8)
    }
}

extension Result {
    /// nil where there is a value.
    package var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
}

extension Failure {
    /// The failure itself, or a defect of the program for an error of any other type.
    init(describing error: any Error) {
        self = error as? Failure ?? Failure(.software, "unexpected error: \(error)")
    }
}

/// JSON for values that travel between the ranks of one run: every Double survives, NaN and the infinities too.
private enum JSONCoding {
    static func encode<T: Encodable>(_ value: T) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return Array(try encoder.encode([value]))
    }

    static func decode<T: Decodable>(_ type: T.Type, from bytes: [UInt8]) throws -> T {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return try decoder.decode([T].self, from: Data(bytes))[0]
    }
}
