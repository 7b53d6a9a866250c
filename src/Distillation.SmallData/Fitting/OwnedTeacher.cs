using Distillation.Models;

namespace Distillation.SmallData;

/// <summary>A network as a teacher, disposed with it.</summary>
internal sealed class OwnedTeacher(torch.nn.Module<Tensor, Tensor> module) : DelegatingTeacher(Teacher.From(module))
{
    public override bool AcceptsRepeatedSamples => true;

    protected override void Dispose(bool disposing)
    {
        Inner.Dispose();
        module.Dispose();
        base.Dispose(disposing);
    }
}
