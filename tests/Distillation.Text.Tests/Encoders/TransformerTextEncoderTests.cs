namespace Distillation.Text.Tests.Encoders;

public sealed class TransformerTextEncoderTests
{
    [Theory]
    [InlineData(TokenPooling.Mean)]
    [InlineData(TokenPooling.FirstToken)]
    public void Vector_of_a_text_does_not_depend_on_the_padding_behind_it(TokenPooling pooling)
    {
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        TransformerTextEncoder encoder = SmallEncoder.Create(SmallEncoder.Options with { Pooling = pooling });
        int[] lengths = [7, 3, 1];

        Tensor tight = encoder.call(SmallEncoder.Ids(lengths));
        Tensor loose = encoder.call(SmallEncoder.Ids(20, lengths));

        SmallEncoder.LargestDifference(tight, loose).Should().BeLessThan(1e-5);
        for (int row = 0; row < lengths.Length; row++)
        {
            Tensor alone = encoder.call(SmallEncoder.Ids(lengths)[row..(row + 1), ..lengths[row]]);
            SmallEncoder.LargestDifference(alone, tight[row..(row + 1)]).Should().BeLessThan(1e-5);
        }
    }

    [Fact]
    public void Mean_pooling_is_the_mean_of_the_states_of_tokens()
    {
        using var scope = torch.NewDisposeScope();
        TransformerTextEncoder encoder = SmallEncoder.Create();
        Tensor ids = SmallEncoder.Ids(6, 2);

        Tensor states = encoder.HiddenStates(ids);

        SmallEncoder.LargestDifference(encoder.call(ids)[0], states[0].mean([0])).Should().BeLessThan(1e-6);
        SmallEncoder.LargestDifference(encoder.call(ids)[1], (states[1, 0] + states[1, 1]) / 2).Should().BeLessThan(1e-6);
    }

    [Fact]
    public void First_token_pooling_is_the_first_state()
    {
        using var scope = torch.NewDisposeScope();
        TransformerTextEncoder encoder = SmallEncoder.Create(SmallEncoder.Options with { Pooling = TokenPooling.FirstToken });
        Tensor ids = SmallEncoder.Ids(6, 2);

        SmallEncoder.LargestDifference(encoder.call(ids), encoder.HiddenStates(ids)[.., 0]).Should().Be(0);
    }

    [Fact]
    public void Text_of_padding_alone_gets_zeros()
    {
        using var scope = torch.NewDisposeScope();

        Tensor vectors = SmallEncoder.Create().call(SmallEncoder.Ids(4, 0));

        vectors[1].abs().max().item<float>().Should().Be(0);
        vectors[0].isfinite().all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Order_of_tokens_and_their_neighbors_count()
    {
        using var scope = torch.NewDisposeScope();
        TransformerTextEncoder encoder = SmallEncoder.Create();
        Tensor ids = torch.tensor(new long[] { 5, 9, 7, 9, 5, 7, 5, 9, 8 }, [3, 3]);

        Tensor states = encoder.HiddenStates(ids);

        SmallEncoder.LargestDifference(states[0], states[1]).Should().BeGreaterThan(1e-2);
        SmallEncoder.LargestDifference(states[0, 0], states[2, 0]).Should().BeGreaterThan(1e-3, "the third token reaches the first one");
    }

    [Fact]
    public void Initial_weights_have_the_deviation_of_bert_and_biases_are_zero()
    {
        using var scope = torch.NewDisposeScope();
        torch.manual_seed(5);
        var classifier = new TransformerTextClassifier(SmallEncoder.Options with { HiddenSize = 96 }, 4);

        foreach ((string name, Parameter parameter) in classifier.named_parameters())
        {
            double expected = name.Contains("norm.weight", StringComparison.Ordinal) ? 1 : 0;
            if (name.Contains("norm", StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal))
            {
                parameter.data<float>().Should().OnlyContain(value => value == expected, name);
            }
            else
            {
                parameter.std().item<float>().Should().BeInRange(0.015f, 0.025f, name);
            }
        }
    }

    [Fact]
    public void Gradient_reaches_every_parameter()
    {
        using var scope = torch.NewDisposeScope();
        TransformerTextEncoder encoder = SmallEncoder.Create();

        encoder.call(SmallEncoder.Ids(5, 3)).square().sum().backward();

        foreach ((string name, Parameter parameter) in encoder.named_parameters())
        {
            parameter.grad.Should().NotBeNull(name);

            // A bias of the keys adds the same number to all scores of a row, which the softmax does not see.
            if (!name.EndsWith("attention.key.bias", StringComparison.Ordinal))
            {
                parameter.grad!.abs().max().item<float>().Should().BeGreaterThan(0, name);
            }
        }
    }

    [Fact]
    public void Training_leaves_no_tensor()
    {
        using var scope = torch.NewDisposeScope();
        TransformerTextEncoder encoder = SmallEncoder.Create();
        encoder.train();
        Tensor ids = SmallEncoder.Ids(5, 3);
        encoder.call(ids).sum().backward();

        Leak.None(() =>
        {
            using var inner = torch.NewDisposeScope();
            encoder.call(ids).sum().backward();
        });
    }

    [Fact]
    public void Forward_leaves_its_output_alone()
    {
        using var noGradient = torch.no_grad();
        using TransformerTextEncoder encoder = SmallEncoder.Create();
        using Tensor ids = SmallEncoder.Ids(5, 3);

        Leak.None(() =>
        {
            using Tensor vectors = encoder.call(ids);
            using Tensor states = encoder.HiddenStates(ids);
        });
    }

    [Fact]
    public void Taken_layers_compute_what_they_did_in_the_whole_encoder()
    {
        using var scope = torch.NewDisposeScope();
        TransformerTextEncoder encoder = SmallEncoder.Create();
        Tensor ids = SmallEncoder.Ids(6, 4);
        using ITeacher whole = Teacher.From(encoder);
        using ITeacher first = Teacher.From(encoder.TakeLayers(0, 1));
        var batch = new Batch(ids, labels: null, torch.arange(2, torch.ScalarType.Int64));

        Tensor expected = whole.Predict(batch, FeatureSet.Of("layers.1"))["layers.1"];
        Tensor actual = first.Predict(batch, FeatureSet.Of("layers.1"))["layers.1"];

        SmallEncoder.LargestDifference(actual, expected).Should().Be(0);
        encoder.TakeLayers(0).training.Should().BeFalse();
        first.AvailableFeatures.Should().NotContain(new Feature("layers.2"));
    }

    [Fact]
    public void Every_other_layer_is_taken_in_order()
    {
        using var scope = torch.NewDisposeScope();
        TransformerTextEncoder encoder = SmallEncoder.Create(SmallEncoder.Options with { Layers = 6 });

        Taken(encoder.TakeEveryLayer(2)).Should().Equal(Layers(encoder, 0, 2, 4));
        Taken(encoder.TakeEveryLayer(2, first: 1)).Should().Equal(Layers(encoder, 1, 3, 5));
        Taken(encoder.TakeLayers(5, 0)).Should().Equal(Layers(encoder, 5, 0));

        static float[] Taken(TransformerTextEncoder shallow) => Layers(shallow, [.. Enumerable.Range(0, shallow.Options.Layers)]);

        static float[] Layers(TransformerTextEncoder encoder, params int[] numbers) =>
            [.. numbers.Select(number => encoder.get_parameter($"layers.{number}.output.weight")!.sum().item<float>())];
    }

    [Fact]
    public void Taken_layers_are_copies()
    {
        using var scope = torch.NewDisposeScope();
        TransformerTextEncoder encoder = SmallEncoder.Create();
        Tensor ids = SmallEncoder.Ids(6, 4);
        Tensor before = encoder.call(ids);
        TransformerTextEncoder copy = encoder.TakeLayers(0, 1, 2);

        using (torch.no_grad())
        {
            foreach (Parameter parameter in copy.parameters())
            {
                parameter.zero_();
            }
        }

        SmallEncoder.LargestDifference(encoder.call(ids), before).Should().Be(0);
    }

    [Fact]
    public void Layers_that_are_not_there_are_refused()
    {
        using TransformerTextEncoder encoder = SmallEncoder.Create();

        FluentActions.Invoking(() => encoder.TakeLayers(0, 3)).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*[0, 2]*3*");
        FluentActions.Invoking(() => encoder.TakeLayers()).Should().Throw<ArgumentException>().WithMessage("*at least*");
        FluentActions.Invoking(() => encoder.TakeEveryLayer(0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => encoder.TakeEveryLayer(1, first: 3)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Ids_of_another_shape_type_or_length_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        TransformerTextEncoder encoder = SmallEncoder.Create();

        Refused(torch.zeros([2, 25], torch.ScalarType.Int64)).WithMessage("*[1, 24], but are [2, 25] Int64*");
        Refused(torch.zeros([2, 0], torch.ScalarType.Int64)).WithMessage("*[2, 0]*");
        Refused(torch.zeros([2], torch.ScalarType.Int64)).WithMessage("*[2] Int64*");
        Refused(torch.zeros([2, 3], torch.ScalarType.Float32)).WithMessage("*Float32*");

        FluentAssertions.Specialized.ExceptionAssertions<ArgumentException> Refused(Tensor ids) =>
            FluentActions.Invoking(() => encoder.call(ids)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        FluentActions.Invoking(() => new TransformerTextEncoder(SmallEncoder.Options with { Heads = 5 }))
            .Should().Throw<ArgumentException>().WithMessage("*HiddenSize*Heads, 5, but is 12*");
        FluentActions.Invoking(() => new TransformerTextEncoder(SmallEncoder.Options with { PadId = 40 }))
            .Should().Throw<ArgumentException>().WithMessage("*PadId*40*");
        FluentActions.Invoking(() => SmallEncoder.Options with { MaxTokens = 1 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*MaxTokens*");
        FluentActions.Invoking(() => SmallEncoder.Options with { Dropout = 1 }).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Dropout*");
        FluentActions.Invoking(() => new TransformerTextClassifier(SmallEncoder.Options, 0))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*classes*");
    }
}
