using Distillation.Tests;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace Distillation.Compression.Tests;

public sealed class SelectWeightsTests : IDisposable
{
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Evenly_spaced_weights_are_taken_along_each_dimension()
    {
        using Sequential student = Sequential(("fc", Linear(2, 3)));
        using Sequential teacher = Sequential(("fc", Linear(4, 5)));
        double[] source = Close.Numbers(teacher.get_parameter("fc.weight")!);
        double[] bias = Close.Numbers(teacher.get_parameter("fc.bias")!);

        IReadOnlyList<string> unset = StudentBuilder.SelectWeights(student, teacher);

        // Rows 0, 1, 3 of 5 and columns 0, 2 of 4.
        Close.Numbers(student.get_parameter("fc.weight")!).Should().Equal(source[0], source[2], source[4], source[6], source[12], source[14]);
        Close.Numbers(student.get_parameter("fc.bias")!).Should().Equal(bias[0], bias[1], bias[3]);
        unset.Should().BeEmpty();
    }

    [Fact]
    public void Tensors_that_find_none_as_large_are_listed_and_stay()
    {
        using Sequential student = Sequential(("a", Linear(2, 3)), ("b", Linear(3, 9)));
        using Sequential teacher = Sequential(("x", Linear(2, 3)), ("b", Linear(3, 4)));
        double[] before = Close.Numbers(student.get_parameter("b.weight")!);

        IReadOnlyList<string> unset = StudentBuilder.SelectWeights(student, teacher, name => name.Replace("a.", "x.", StringComparison.Ordinal));

        unset.Should().Equal("b.weight", "b.bias");
        Close.Numbers(student.get_parameter("b.weight")!).Should().Equal(before);
        Close.Numbers(student.get_parameter("a.weight")!).Should().Equal(Close.Numbers(teacher.get_parameter("x.weight")!));
    }

    [Fact]
    public void Networks_without_a_common_name_are_refused() =>
        FluentActions.Invoking(() => StudentBuilder.SelectWeights(Sequential(("a", Linear(2, 3))), Sequential(("b", Linear(2, 3)))))
            .Should().Throw<ArgumentException>().WithMessage("*The student's are a.weight, a.bias; the teacher's b.weight, b.bias.*");
}
