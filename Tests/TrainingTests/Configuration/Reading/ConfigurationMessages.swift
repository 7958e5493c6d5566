import Failures
import Testing

/// The failure of a body, which must throw one.
func failure(of body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) -> Failure? {
    do {
        try body()
        Issue.record("expected a failure, nothing was thrown", sourceLocation: sourceLocation)
    } catch let failure as Failure {
        return failure
    } catch {
        Issue.record("expected a Failure, found \(error)", sourceLocation: sourceLocation)
    }
    return nil
}

/// Expects a configuration failure whose message has all parts.
func expectRefusal(_ parts: [String], sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) {
    guard let failure = failure(of: body, sourceLocation: sourceLocation) else { return }
    #expect(failure.kind == .configuration, "\(failure.message)", sourceLocation: sourceLocation)
    for part in parts {
        #expect(failure.message.contains(part), "\"\(part)\" is missing in: \(failure.message)", sourceLocation: sourceLocation)
    }
}
