import Configuration
import Learning
import Testing
import Training

/// What is known of a model without its data.
struct ModelDeclarationTests {
    @Test(arguments: ObjectiveVariants.all)
    func `a configuration declares what its objective declares, and its networks are those`(arguments: [String]) throws {
        let plan = try ScratchRun.trainer(arguments).plan
        let declared = plan.configuration.objective.kind.model
        #expect(plan.profile.model == declared)
        let proposal: [RunNetworks.Part] = plan.configuration.objective.proposal ? [.proposal] : []
        #expect(RunNetworks.Part.allCases.filter { plan.networks[$0] != nil } == declared.networks + proposal)
        #expect(plan.networks.isLatent == (declared.energy == .ofLatents))
    }

    @Test func `the variants hold every kind of objective that learns`() throws {
        let found = Set(try ObjectiveVariants.all.map { try ScratchRun.configuration($0).objective.kind })
        #expect(found == Set(ObjectiveKind.allCases.filter(\.learns)))
    }
}
