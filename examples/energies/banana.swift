// The banana of Rosenbrock: E(x, y) = (a - x)^2 / 20 + b (y - x^2)^2 / 20, whose density is known: x ~ N(a, 10), y given x ~ N(x^2, 10/b).
//
//   swiftc -O -emit-library -parse-as-library -o banana.so banana.swift
//   ebm-dist train energy.library=banana.so energy.parameters=b=100
//
// Parameters: a (default 1), b (default 100).

import Glibc

/// As in ebm_dist_energy.h.
struct Description {
    var dimension: Int64
    var number: Int32
    var isThreadSafe: Int32
    var coordinates: UnsafePointer<UnsafePointer<CChar>?>?
}

final class Banana {
    var a: Float = 1
    var b: Float = 100
    /// Valid as long as this lives.
    let names = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: 2)

    init() {
        names[0] = UnsafePointer(strdup("x"))
        names[1] = UnsafePointer(strdup("y"))
    }
}

private func own(_ energy: UnsafeMutableRawPointer) -> Banana { Unmanaged<Banana>.fromOpaque(energy).takeUnretainedValue() }

@_cdecl("ebm_dist_energy_version") public func version() -> Int32 { 1 }

/// Parameters are pairs of texts.
@_cdecl("ebm_dist_energy_create") public func create(
    _ parameters: UnsafePointer<UnsafePointer<CChar>>?, _ count: Int64, _ message: UnsafeMutablePointer<CChar>, _ capacity: Int64
) -> UnsafeMutableRawPointer? {
    let banana = Banana()
    for index in 0..<Int(count) {
        guard let parameters, let value = Float(String(cString: parameters[2 * index + 1])) else { return nil }
        let name = String(cString: parameters[2 * index])
        switch name {
        case "a": banana.a = value
        case "b": banana.b = value
        default:
            strncpy(message, "unknown parameter \(name); known are a and b", Int(capacity) - 1)
            return nil
        }
    }
    return Unmanaged.passRetained(banana).toOpaque()
}

@_cdecl("ebm_dist_energy_describe") public func describe(_ energy: UnsafeMutableRawPointer, _ description: UnsafeMutableRawPointer) {
    let found = description.assumingMemoryBound(to: Description.self)
    // Floats, from any number of threads.
    found.pointee = Description(dimension: 2, number: 1, isThreadSafe: 1, coordinates: UnsafePointer(own(energy).names))
}

@_cdecl("ebm_dist_energy_evaluate") public func evaluate(
    _ energy: UnsafeMutableRawPointer, _ rows: Int64, _ x: UnsafePointer<Float>, _ energies: UnsafeMutablePointer<Float>,
    _ gradients: UnsafeMutablePointer<Float>, _ message: UnsafeMutablePointer<CChar>, _ capacity: Int64
) -> Int32 {
    let banana = own(energy)
    for row in 0..<Int(rows) {
        let (x, y) = (x[2 * row], x[2 * row + 1])
        let (away, across) = (banana.a - x, y - x * x)
        energies[row] = (away * away + banana.b * across * across) / 20
        gradients[2 * row] = (-away - 2 * banana.b * across * x) / 10
        gradients[2 * row + 1] = banana.b * across / 10
    }
    return 0
}

@_cdecl("ebm_dist_energy_destroy") public func destroy(_ energy: UnsafeMutableRawPointer) {
    Unmanaged<Banana>.fromOpaque(energy).release()
}
