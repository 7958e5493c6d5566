import Distributed
import Failures
import Model
import Numerics

