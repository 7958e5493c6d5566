import Distributed
import Testing

@Suite struct NodeInfoTests {
    @Test func `default threads fill the node and stay on own cores`() {
        #expect(NodeInfo(ranks: 1, index: 0, cores: 8, nodeCores: 8).defaultThreads == 8)
        #expect(NodeInfo(ranks: 2, index: 1, cores: 8, nodeCores: 8).defaultThreads == 4)
        #expect(NodeInfo(ranks: 3, index: 0, cores: 8, nodeCores: 8).defaultThreads == 2)
        #expect(NodeInfo(ranks: 2, index: 0, cores: 1, nodeCores: 8).defaultThreads == 1)
        #expect(NodeInfo(ranks: 16, index: 9, cores: 8, nodeCores: 8).defaultThreads == 1)
    }

    @Test func `advice is given only when threads exceed cores`() {
        let node = NodeInfo(ranks: 2, index: 0, cores: 8, nodeCores: 8)
        #expect(node.advice(threads: 4, yielding: "set it") == nil)
        let advice = node.advice(threads: 5, yielding: "set it")
        #expect(advice?.contains("2 ranks x 5 threads run on 8 cores") == true)
        #expect(advice?.contains("run.threads=4") == true)
        #expect(advice?.contains("fewer ranks") == false && advice?.contains("set it") == false)
    }

    @Test func `more ranks than cores are told to yield`() {
        let advice = NodeInfo(ranks: 8, index: 0, cores: 2, nodeCores: 2).advice(threads: 1, yielding: "set it")
        #expect(advice?.contains("8 ranks x 1 thread run on 2 cores") == true)
        #expect(advice?.contains(", or set it") == true)
    }

    @Test func `nothing is advised that is the case already`() {
        let node = NodeInfo(ranks: 8, index: 0, cores: 2, nodeCores: 2)
        let yielding = node.advice(threads: 1, yielding: nil)
        #expect(yielding?.contains("use fewer ranks") == true)
        #expect(yielding?.contains(" or ") == false && yielding?.contains("run.threads") == false)
        #expect(node.advice(threads: 3, yielding: nil)?.contains("run.threads=1") == true)
    }

    @Test func `threads of a rank bound to few cores are named`() {
        let advice = NodeInfo(ranks: 2, index: 0, cores: 1, nodeCores: 8).advice(threads: 4, yielding: nil)
        #expect(advice?.contains("4 threads of a rank share 1 core") == true)
        #expect(advice?.contains("--bind-to none") == true)
    }

    @Test func `the mask of the process status is read`() {
        let mask = CPUMask(processStatus: "Name:\tx\nCpus_allowed:\t3,00000000,80000001\nCpus_allowed_list:\t0,31,64-65\n")
        #expect(mask?.count == 4)
        #expect(mask?.words.prefix(3) == [0x8000_0001, 3, 0])
        #expect(CPUMask(processStatus: "Cpus_allowed:\t0\n") == nil)
        #expect(CPUMask(processStatus: "Cpus_allowed:\tx\n") == nil)
        #expect(CPUMask(processStatus: "") == nil)
        #expect(CPUMask.current().count >= 1)
        #expect(CPUMask(cores: 70).words.prefix(3) == [.max, 63, 0])
    }
}
