using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Benchmarks;

/// <summary>The loop that a user of TorchSharp would write: the teacher in the loop, one dispose scope a step, an array of parameters, SGD.</summary>
internal sealed class ByHand : IDisposable
{
    private const double Temperature = 4;

    private readonly Sequential _teacher;
    private readonly Sequential _student;
    private readonly torch.optim.Optimizer _optimizer;

    public ByHand(Size size)
    {
        (_teacher, _student) = Networks.Of(size);
        _teacher.eval();
        _optimizer = torch.optim.SGD(_student.parameters().ToArray(), 0.01);
    }

    public void Step(Tensor inputs, Tensor labels)
    {
        Tensor taught;
        using (torch.no_grad())
        {
            taught = _teacher.call(inputs);
        }

        Tensor logits = _student.call(inputs);
        Tensor soft = functional.kl_div(
            functional.log_softmax(logits / Temperature, 1), functional.softmax(taught / Temperature, 1), log_target: false, reduction: Reduction.Sum)
                * (Temperature * Temperature / inputs.size(0));
        Tensor hard = functional.cross_entropy(logits, labels);
        Tensor loss = (0.9 * soft) + (0.1 * hard);
        _optimizer.zero_grad();
        loss.backward();
        _optimizer.step();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _student.Dispose();
        _teacher.Dispose();
    }
}
