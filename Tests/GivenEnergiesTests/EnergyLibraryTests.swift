import Failures
import Foundation
import GivenEnergies
import Numerics
import TestSupport
import Testing

/// Libraries of energies: the examples in every language that this machine compiles, and what is said of those that are wrong.
struct EnergyLibraryTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The command that makes a library of a source, up to the names of both.
    private static let compilers = [
        "c": ["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"],
        "cpp": ["c++", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"],
        "f90": ["gfortran", "-O2", "-Wall", "-shared", "-fPIC"], "swift": ["swiftc", "-O", "-emit-library", "-parse-as-library"],
    ]

    /// The library of a source file; nil where this machine has no such compiler.
    private func build(_ source: String) throws -> String? {
        let kind = source.split(separator: ".").last.map(String.init) ?? ""
        let command = try #require(Self.compilers[kind])
        guard try Self.run(["which", command[0]]) == 0 else {
            print("\(source): no \(command[0]) here, so it is not compiled")
            return nil
        }
        let library = "\(folder.path)/\(UUID().uuidString).so"
        let header = ["c", "cpp"].contains(kind) ? ["-I", "\(Self.root)/Sources/CEnergy/include"] : []
        let modules = kind == "f90" ? ["-J", folder.path] : []
        try #require(try Self.run(command + header + modules + ["-o", library, source]) == 0, "\(source) does not compile")
        return library
    }

    private static func run(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        if arguments[0] == "which" { process.standardOutput = FileHandle.nullDevice }
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    private func example(_ name: String, _ parameters: [String]) throws -> (any GivenEnergy)? {
        guard let library = try build("\(Self.root)/examples/energies/\(name)") else { return nil }
        return try GivenEnergyDescription(library: library, parameters: parameters).load()
    }

    /// A library of C whose functions are those of a double well, but for changes.
    private func changed(_ changes: [(String, String)]) throws -> String? {
        var text = try String(contentsOfFile: "\(Self.root)/examples/energies/double_well.c", encoding: .utf8)
        for (old, new) in changes {
            try #require(text.contains(old))
            text = text.replacing(old, with: new)
        }
        let source = "\(folder.path)/\(UUID().uuidString).c"
        try text.write(toFile: source, atomically: true, encoding: .utf8)
        return try build(source)
    }

    private static func evaluate(_ energy: any GivenEnergy, _ x: Matrix) -> (energies: [Float], gradient: [Float]) {
        let (energies, gradient) = (Matrix(rows: x.rows, columns: 1), Matrix(rows: x.rows, columns: x.columns))
        energy.evaluate(x, energies: energies, gradient: gradient)
        return (energies.values, gradient.values)
    }

    private static func positions(_ rows: Int, _ columns: Int) -> Matrix {
        let x = Matrix(rows: rows, columns: columns)
        RandomStream(seed: 1, purpose: .test, step: 0, index: 0).fillNormals(x)
        return x
    }

    private func expect(_ energy: any GivenEnergy, is formula: String) throws {
        let expected = try FormulaEnergy(formula)
        let x = Self.positions(19, energy.dimension)
        let (found, wanted) = (Self.evaluate(energy, x), Self.evaluate(expected, x))
        for (a, b) in zip(found.energies + found.gradient, wanted.energies + wanted.gradient) {
            #expect(abs(a - b) <= 2e-5 * max(1, abs(b)))
        }
        try energy.check()
    }

    // MARK: examples

    @Test func `the example in C is a double well`() throws {
        guard let energy = try example("double_well.c", ["depth=3"]) else { return }
        #expect(energy.dimension == 20 && energy.coordinates[19] == "x19")
        try expect(energy, is: "3 * (x0^2 - 1)^2 + sum(i, 1, 19, x[i]^2 / 2)")
    }

    @Test func `the example in C++ is the field phi4 on a lattice`() throws {
        guard let energy = try example("phi4.cpp", ["L=2", "mass2=-1.5", "lambda=0.5"]) else { return }
        #expect(energy.coordinates == ["phi_0_0", "phi_0_1", "phi_1_0", "phi_1_1"])
        // With periodic borders two sites side by side are neighbours twice.
        try expect(energy, is: "sum(i, 0, 3, -0.75 * x[i]^2 + 0.5 * x[i]^4) + (x0-x1)^2 + (x2-x3)^2 + (x0-x2)^2 + (x1-x3)^2")
    }

    @Test func `the example in Fortran is a logistic regression`() throws {
        let rows = "\(folder.path)/rows.txt"
        try "3 2\n0.5 -1 1\n2 0.25 0\n-1 1.5 1\n".write(toFile: rows, atomically: true, encoding: .utf8)
        guard let energy = try example("logistic.f90", ["data=\(rows)", "width=3"]) else { return }
        try expect(
            energy,
            is: "(x0^2 + x1^2 + x2^2) / 18 + softplus(-(x0 + 0.5*x1 - x2)) + softplus(x0 + 2*x1 + 0.25*x2) + softplus(-(x0 - x1 + 1.5*x2))")
    }

    @Test func `the example in Swift is a banana`() throws {
        guard let energy = try example("banana.swift", ["b=4"]) else { return }
        #expect(energy.coordinates == ["x", "y"])
        try expect(energy, is: "(1 - x0)^2 / 20 + 4 * (x1 - x0^2)^2 / 20")
    }

    // MARK: what is wrong

    private func failure(_ library: String?, _ parameters: [String] = []) throws -> Failure? {
        guard let library else { return nil }
        do throws(Failure) {
            let energy = try GivenEnergyDescription(library: library, parameters: parameters).load()
            _ = Self.evaluate(energy, Self.positions(2, energy.dimension))
            try energy.check()
            Issue.record("nothing was thrown")
            return nil
        } catch {
            #expect(error.message.hasPrefix("energy.library \(library): "), "\(error.message)")
            return error
        }
    }

    @Test func `what is wrong with a library is said with its name and the fitting exit code`() throws {
        let cases: [(changes: [(String, String)], parameters: [String], kind: Failure.Kind, words: String)] = [
            ([("return EBM_DIST_ENERGY_VERSION", "return 7")], [], .data, "expected version 1 of the interface, found 7"),
            ([("ebm_dist_energy_destroy", "destroy")], [], .data, "it has no function ebm_dist_energy_destroy"),
            (
                [("->dimension = ((well *)energy)->dimension", "->dimension = ((well *)energy)->dimension * 0")], [], .data,
                "expected a dimension from 1"
            ),
            ([("EBM_DIST_ENERGY_FLOAT", "5")], [], .data, "found 5"),
            ([], ["width=2"], .configuration, "unknown parameter width; known are depth and dimension"),
            ([("[row] = sum", "[row] = sum * 0 / 0.0")], [], .numerical, "the energy is"),
            ([("g[i] = x[i]", "g[i] = 0.0 / 0.0 * x[i]")], [], .numerical, "the gradient of x1 is NaN at x = ("),
            (
                [("return 0;", "snprintf(message, capacity, \"no memory\"); return 3;")], [], .numerical,
                "of 2 rows could not be computed: no memory"
            ),
        ]
        for (changes, parameters, kind, words) in cases {
            guard let found = try failure(try changed(changes), parameters) else { continue }
            #expect(found.kind == kind && found.message.contains(words), "\(found.message)")
        }
        let text = "\(folder.path)/text.so"
        try "no library".write(toFile: text, atomically: true, encoding: .utf8)
        #expect(try failure(text)?.kind == .data)
        let missing = #expect(throws: Failure.self) { try GivenEnergyDescription(library: "\(folder.path)/none.so") }
        #expect(missing?.kind == .missingInput)
    }

    @Test func `a place where the density is 0 is no fault`() throws {
        guard let library = try changed([("[row] = sum", "[row] = x[0] < 0 ? 1.0 / 0.0 : sum")]) else { return }
        let energy = try GivenEnergyDescription(library: library).load()
        let x = Self.positions(2, 20)
        (x[0, 0], x[1, 0]) = (-1, 1)
        let found = Self.evaluate(energy, x)
        try energy.check()
        #expect(found.energies[0] == .infinity && found.energies[1].isFinite)
    }

    @Test func `a library that is not safe with threads gets one call at a time`() throws {
        let busy = "static int busy; if (busy++) { snprintf(message, capacity, \"two calls at once\"); return 1; } usleep(2000);"
        let changes = [
            ("(void)message, (void)capacity;", busy), ("return 0;", "busy--; return 0;"), ("is_thread_safe = 1", "is_thread_safe = 0"),
            ("#include <stdio.h>", "#include <stdio.h>\n#include <unistd.h>"),
        ]
        guard let library = try changed(changes) else { return }
        let energy = try GivenEnergyDescription(library: library).load()
        DispatchQueue.concurrentPerform(iterations: 16) { _ in _ = Self.evaluate(energy, Self.positions(1, 20)) }
        try energy.check()
    }

    @Test func `a library is told from another by its bytes, wherever it lies`() throws {
        guard let library = try changed([]), let other = try changed([("depth = 8", "depth = 9")]) else { return }
        let moved = "\(folder.path)/moved.so"
        try FileManager.default.copyItem(atPath: library, toPath: moved)
        let (first, second) = (try GivenEnergyDescription(library: library), try GivenEnergyDescription(library: moved))
        #expect(try first == second && first.load().digest == second.load().digest)
        let third = try GivenEnergyDescription(library: other)
        #expect(try first != third && first.load().digest != third.load().digest)
    }
}
