import Configuration
import Datasets
import Distributed
import Failures

extension ChosenConfiguration {
    /// Collective. What rank 0 resolves, on all ranks; the data stay on rank 0.
    public static func shared(
        _ communicator: any Communicator, _ resolve: () throws -> ChosenConfiguration
    ) throws(Failure) -> ChosenConfiguration {
        var (source, measured): (DataSource?, [MeasuredFile]) = (nil, [])
        var chosen = try communicator.fromRoot {
            let resolved = try resolve()
            (source, measured) = (resolved.source, resolved.measured)
            return resolved
        }
        (chosen.source, chosen.measured) = (source, measured)
        return chosen
    }
}
