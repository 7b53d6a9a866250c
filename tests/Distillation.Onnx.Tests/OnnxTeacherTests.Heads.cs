namespace Distillation.Onnx.Tests;

public sealed partial class OnnxTeacherTests
{
    [Theory]
    [InlineData("maps")]
    [InlineData("maps_of_names")]
    [InlineData("probabilities")]
    public void Probabilities_become_logits(string model)
    {
        using var teacher = OnnxTeacher.Load(Models.At(model), new OnnxTeacherOptions { Meaning = OnnxTeacherOutput.Probabilities });

        Tensor logits = teacher.Predict(Models.Samples(model, "float_input"), FeatureSet.None).Logits;

        torch.nn.functional.softmax(logits, 1).ShouldBe(Models.Recorded(model, "probabilities"));
    }

    [Fact]
    public void Maps_are_probabilities_by_default()
    {
        using var teacher = OnnxTeacher.Load(Models.At("maps"));

        teacher.Predict(Models.Samples("maps", "float_input"), FeatureSet.None).Logits.ShouldBe(Models.Recorded("maps", "probabilities").log());
    }

    [Fact]
    public void Probabilities_that_were_not_declared_are_refused()
    {
        using var teacher = OnnxTeacher.Load(Models.At("probabilities"));
        Action predict = () => teacher.Predict(Models.Samples("probabilities", "float_input"), FeatureSet.None);

        predict.Should().Throw<InvalidOperationException>().WithMessage("*'probabilities'*look like probabilities*Meaning*");
    }

    [Fact]
    public void Probabilities_that_are_declared_as_logits_are_passed_on()
    {
        using var teacher = OnnxTeacher.Load(Models.At("probabilities"), new OnnxTeacherOptions { Meaning = OnnxTeacherOutput.Logits });

        teacher.Predict(Models.Samples("probabilities", "float_input"), FeatureSet.None).Logits.ShouldBe(Models.Recorded("probabilities", "probabilities"));
    }

    [Fact]
    public void Logits_that_are_declared_as_probabilities_are_refused()
    {
        using var teacher = OnnxTeacher.Load(Models.At("mlp"), new OnnxTeacherOptions { Meaning = OnnxTeacherOutput.Probabilities });
        Action predict = () => teacher.Predict(Models.Samples("mlp", "pixels"), FeatureSet.None);

        predict.Should().Throw<InvalidOperationException>().WithMessage("*'logits' must give probabilities*least number*");
    }

    [Theory]
    [InlineData("sigmoid", OnnxTeacherOutput.Probabilities, 1)]
    [InlineData("sigmoid", OnnxTeacherOutput.BinaryProbabilities, 1)]
    [InlineData("sigmoid_row", OnnxTeacherOutput.Probabilities, 1)]
    [InlineData("sigmoid_row", OnnxTeacherOutput.BinaryProbabilities, 1)]
    [InlineData("logistic", OnnxTeacherOutput.BinaryProbabilities, 3)]
    [InlineData("sigmoid_labels", OnnxTeacherOutput.BinaryProbabilities, 3)]
    [InlineData("logit_row", null, 1)]
    [InlineData("one_place", null, 3)]
    [InlineData("dropout_evaluation", null, 3)]
    public void Heads_of_any_form_give_the_logits_before_them(string model, OnnxTeacherOutput? meaning, int columns)
    {
        using var teacher = OnnxTeacher.Load(Models.At(model), new OnnxTeacherOptions { Meaning = meaning });

        // The second time outputs are written into tensors of shapes that are known.
        for (int time = 0; time < 2; time++)
        {
            teacher.Predict(Models.Samples("heads", "values"), FeatureSet.None).Logits.ShouldBe(Models.Recorded("heads", "scores").narrow(1, 0, columns));
        }
    }

    [Fact]
    public void Places_whose_number_is_open_stay()
    {
        using var teacher = OnnxTeacher.Load(Models.At("open_places"));

        teacher.Predict(Models.Samples(torch.zeros(2, 3, 1, 1)), FeatureSet.None).Logits.shape.Should().Equal(2, 3, 1, 1);
    }

    [Theory]
    [InlineData("sigmoid")]
    [InlineData("sigmoid_row")]
    [InlineData("sigmoid_labels")]
    [InlineData("logistic")]
    public void Sigmoid_at_the_end_needs_a_meaning_before_the_first_batch(string model)
    {
        FluentActions.Invoking(() => OnnxTeacher.Load(Models.At(model)))
            .Should().Throw<ArgumentException>().WithMessage("*'outputs'*sigmoid*Meaning*BinaryProbabilities*");
        using var teacher = OnnxTeacher.Load(Models.At(model), new OnnxTeacherOptions { Meaning = OnnxTeacherOutput.Logits });

        Tensor numbers = teacher.Predict(Models.Samples("heads", "values"), FeatureSet.None).Logits;

        numbers.ShouldBe(Models.Recorded("heads", "sigmoid").narrow(1, 0, numbers.size(1)));
    }
}
