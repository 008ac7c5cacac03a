# Answers its input after a time that depends on the batch alone, as a GPU model would.

import json
import time

import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        parameters = json.loads(args["model_config"])["parameters"]
        self.base = float(parameters["baseMs"]["string_value"]) / 1000
        self.per_item = float(parameters["perItemMs"]["string_value"]) / 1000

    def execute(self, requests):
        inputs = [pb_utils.get_input_tensor_by_name(request, "INPUT").as_numpy() for request in requests]
        time.sleep(self.base + self.per_item * sum(len(value) for value in inputs))
        return [
            pb_utils.InferenceResponse(output_tensors=[pb_utils.Tensor("OUTPUT", value)]) for value in inputs
        ]
