import CEnergy
import Failures
import Formats
import Foundation
import Numerics
import Synchronization

/// An energy of a shared library (`ebm_dist_energy.h`), with its parameters.
///
/// x is handed over in the numbers that the library declares. A library that is not declared to be safe with threads gets one call at a time. It stays open,
/// and its energies stay made, for the rest of the process.
@safe public final class EnergyLibrary: GivenEnergy, @unchecked Sendable {
    public let coordinates: [String]
    public let digest: String
    /// In front of what is said of it.
    private let place: String
    private let library: ebm_energy_library
    private let energy: UnsafeMutableRawPointer
    private let takesDoubles: Bool
    private let isThreadSafe: Bool
    /// Held during a call of a library that is not safe with threads.
    private let turn = Mutex(())
    private let fault = Mutex<Failure?>(nil)

    private static let mostCoordinates = 1 << 24
    private static let messageCapacity = 1024

    // MARK: opening

    /// By path, digest and parameters: a library is opened once.
    private static let all = Mutex<[[String]: EnergyLibrary]>([:])

    /// XXH3 of a library's file.
    /// - Throws: `.missingInput` where there is no such file.
    static func digest(ofFile path: String) throws(Failure) -> String {
        do {
            return try Checksum.ofFile(path)
        } catch {
            throw Failure(.missingInput, "energy.library \(path): \(error.message)")
        }
    }

    /// The energy of a library with some parameters. One that is open already is found by its digest, wherever it lies.
    /// - Parameter expected: the digest that the file must have; nil: any.
    /// - Throws: `.missingInput` without such a file, `.data` for one that is no such library or another than expected, `.configuration` for parameters that
    ///   it refuses.
    static func opened(_ path: String, digest expected: String?, parameters: [(name: String, value: String)]) throws(Failure)
        -> EnergyLibrary
    {
        let texts = parameters.map { "\($0.name)=\($0.value)" }
        if let expected, let known = all.withLock({ $0[[expected] + texts] }) { return known }
        let found = try digest(ofFile: path)
        guard expected == nil || expected == found else {
            throw Failure(
                .data,
                "energy.library \(path): expected the library that the run was made with (\(expected ?? "")), found another (\(found))")
        }
        if let known = all.withLock({ $0[[found] + texts] }) { return known }
        let made = try EnergyLibrary(path, fileDigest: found, parameters)
        all.withLock { $0[[found] + texts] = made }
        return made
    }

    private init(_ path: String, fileDigest: String, _ parameters: [(name: String, value: String)]) throws(Failure) {
        let place = "energy.library \(path)"
        let library = try unsafe Self.open(path, place)
        let energy = try unsafe Self.create(library, parameters, place)
        self.place = place
        unsafe (self.library, self.energy) = (library, energy)
        var description = unsafe ebm_dist_energy_description()
        unsafe withUnsafePointer(to: library) { unsafe ebm_energy_describe($0, energy, &description) }
        let dimension = unsafe Int(description.dimension)
        guard dimension > 0, dimension <= Self.mostCoordinates else {
            throw Failure(.data, "\(place): expected a dimension from 1 to \(Self.mostCoordinates), found \(dimension)")
        }
        let number = unsafe description.number
        guard number == EBM_DIST_ENERGY_FLOAT || number == EBM_DIST_ENERGY_DOUBLE else {
            throw Failure(
                .data, "\(place): expected EBM_DIST_ENERGY_FLOAT (1) or EBM_DIST_ENERGY_DOUBLE (2) as its numbers, found \(number)")
        }
        takesDoubles = number == EBM_DIST_ENERGY_DOUBLE
        isThreadSafe = unsafe description.is_thread_safe != 0
        coordinates = try unsafe Self.names(description.coordinates, dimension, place)
        let texts = [fileDigest, "\(dimension)"] + parameters.map { "\($0.name)=\($0.value)" }
        digest = Checksum.of(Array(texts.joined(separator: "\n").utf8))
    }

    private static func open(_ path: String, _ place: String) throws(Failure) -> ebm_energy_library {
        // Without a slash the dynamic linker would look elsewhere.
        let file = path.contains("/") ? path : "./\(path)"
        var library = unsafe ebm_energy_library()
        let reason = unsafe message { text, capacity in unsafe ebm_energy_open(file, &library, text, Int(capacity)) == 1 }
        if let reason { throw Failure(.data, "\(place): expected a shared library with the functions of ebm_dist_energy.h: \(reason)") }
        let version = unsafe withUnsafePointer(to: library) { unsafe ebm_energy_version($0) }
        guard version == EBM_DIST_ENERGY_VERSION else {
            throw Failure(
                .data,
                "\(place): expected version \(EBM_DIST_ENERGY_VERSION) of the interface, found \(version): build it with the ebm_dist_energy.h of this program"
            )
        }
        return unsafe library
    }

    private static func create(
        _ library: ebm_energy_library, _ parameters: [(name: String, value: String)], _ place: String
    ) throws(Failure) -> UnsafeMutableRawPointer {
        // Kept as long as the energy: a library may keep the texts.
        let texts = unsafe parameters.map { unsafe ebm_dist_energy_parameter(name: strdup($0.name), value: strdup($0.value)) }
        var energy: UnsafeMutableRawPointer?
        let reason = unsafe message { text, capacity in
            unsafe withUnsafePointer(to: library) { library in
                unsafe texts.withUnsafeBufferPointer {
                    unsafe energy = ebm_energy_create(library, $0.baseAddress, Int64($0.count), text, Int64(capacity))
                }
            }
            return unsafe energy != nil
        }
        guard let energy = unsafe energy else {
            throw Failure(.configuration, "\(place): \(reason ?? "it makes no energy of these parameters")")
        }
        return unsafe energy
    }

    private static func names(
        _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ dimension: Int, _ place: String
    ) throws(Failure) -> [String] {
        guard let names = unsafe names else { return (0..<dimension).map { "x\($0)" } }
        let found = (0..<dimension).map { index in unsafe names[index].map { unsafe String(cString: $0) } ?? "" }
        guard Set(found).count == dimension, !found.contains("") else {
            throw Failure(.data, "\(place): expected \(dimension) different names of coordinates, found one that is empty or stands twice")
        }
        return found
    }

    /// What a call leaves in a buffer where it did not succeed; nil where it did.
    private static func message(_ call: (UnsafeMutablePointer<CChar>, Int) -> Bool) -> String? {
        var text = [CChar](repeating: 0, count: messageCapacity + 1)
        let hasSucceeded = unsafe text.withUnsafeMutableBufferPointer { unsafe call($0.baseAddress!, messageCapacity) }
        guard !hasSucceeded else { return nil }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return bytes.isEmpty ? "it says no reason" : String(decoding: bytes, as: UTF8.self)
    }

    // MARK: energies

    public func evaluate(_ x: Matrix, energies: Matrix, gradient: Matrix) {
        precondition(x.columns == dimension && gradient.count == x.count, "rows of \(x.columns) values for an energy of \(dimension)")
        let problem = takesDoubles ? evaluateDoubles(x, energies, gradient) : evaluateFloats(x, energies, gradient)
        guard let problem = problem ?? notANumber(x, energies, gradient) else { return }
        fault.withLock { if $0 == nil { $0 = Failure(.numerical, "\(place): \(problem)") } }
        energies.fill(.infinity)
        gradient.fill(0)
    }

    public func check() throws(Failure) {
        if let failure = fault.withLock({ $0 }) { throw failure }
    }

    private func call(_ rows: Int, _ x: UnsafeRawPointer, _ energies: UnsafeMutableRawPointer, _ gradients: UnsafeMutableRawPointer)
        -> String?
    {
        unsafe Self.message { text, capacity in
            unsafe withUnsafePointer(to: library) { library in
                unsafe ebm_energy_evaluate(library, energy, Int64(rows), x, energies, gradients, text, Int64(capacity)) == 0
            }
        }.map { "its energies of \(rows) rows could not be computed: \($0)" }
    }

    private func evaluateFloats(_ x: Matrix, _ energies: Matrix, _ gradient: Matrix) -> String? {
        inTurn { unsafe call(x.rows, x.base, energies.base, gradient.base) }
    }

    private func evaluateDoubles(_ x: Matrix, _ energies: Matrix, _ gradient: Matrix) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * x.count + x.rows) { numbers in
            let (places, slopes) = unsafe (numbers.baseAddress!, numbers.baseAddress! + x.count)
            let values = unsafe slopes + x.count
            for index in 0..<x.count { unsafe places[index] = Double(x.base[index]) }
            for index in 0..<x.count + x.rows { unsafe slopes[index] = 0 }
            let problem = inTurn { unsafe call(x.rows, places, values, slopes) }
            for index in 0..<x.count { unsafe gradient.base[index] = Float(slopes[index]) }
            for row in 0..<x.rows { unsafe energies.base[row] = Float(values[row]) }
            return problem
        }
    }

    private func inTurn(_ body: () -> String?) -> String? {
        isThreadSafe ? body() : turn.withLock { _ in body() }
    }

    /// What is NaN, and where; nil where nothing is. Gradients count where the density is not 0 and x is finite.
    private func notANumber(_ x: Matrix, _ energies: Matrix, _ gradient: Matrix) -> String? {
        if energies.isFinite, gradient.isFinite { return nil }
        for row in 0..<x.rows where x.rows(row..<row + 1).isFinite {
            let energy = energies[row, 0]
            let slopes = gradient.rows(row..<row + 1).values
            let isBroken = energy.isNaN || energy == -.infinity || energy.isFinite && slopes.contains { $0.isNaN }
            guard isBroken else { continue }
            let shown = x.rows(row..<row + 1).values.prefix(4).map { "\($0)" }.joined(separator: ", ") + (x.columns > 4 ? ", ..." : "")
            let what =
                energy.isFinite
                ? "the gradient of \(coordinates[slopes.firstIndex { $0.isNaN } ?? 0]) is NaN"
                : "the energy is \(energy.isNaN ? "NaN" : "\(energy)")"
            return "\(what) at x = (\(shown)); expected a number, or +infinity where the density is 0"
        }
        return nil
    }
}
