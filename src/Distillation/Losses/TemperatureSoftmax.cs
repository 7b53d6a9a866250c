using static TorchSharp.torch.nn;

namespace Distillation.Losses;

/// <summary>
/// What losses on probabilities share. Probabilities are kept as their logarithms; that of a class which is ruled out, by a logit of −∞, is −∞.
/// </summary>
/// <remarks>
/// A term whose first factor is the probability 0 is 0, whatever stands beside it. The fills that see to this take the other factor out of the gradient too.
/// </remarks>
internal static class TemperatureSoftmax
{
    // Along rows that are shorter than this, libtorch's softmax takes longer than along columns with a transposition before it.
    private const long ShortRow = 16;

    /// <summary>log softmax(logits / T) of each row, [R, C].</summary>
    public static Tensor Log(Tensor logits, double temperature) => functional.log_softmax(Cool(logits, temperature), 1);

    /// <summary>Student and teacher, softened alike.</summary>
    public static (Tensor Student, Tensor Teacher, double Temperature) Of(LogitRows rows, Schedule temperature)
    {
        double now = Loss.At(temperature, rows.Position);
        return (Log(rows.Student, now), Log(rows.Teacher, now), now);
    }

    /// <summary>softmax(logits / T) of each row, [R, C].</summary>
    public static Tensor Probabilities(Tensor logits, double temperature)
    {
        Tensor cool = temperature == 1 ? logits : Cool(logits, temperature);
        return cool.size(1) < ShortRow ? functional.softmax(cool.t().contiguous(), 0).t() : functional.softmax(cool, 1);
    }

    /// <summary>softmax(logits / T) of each row and its logarithm, both [R, C] and fresh. Without graph.</summary>
    public static (Tensor Log, Tensor Probabilities) Both(Tensor logits, double temperature)
    {
        Tensor cool = temperature == 1 ? logits : Cool(logits, temperature);
        if (cool.size(1) < ShortRow)
        {
            Tensor log = functional.log_softmax(cool.t().contiguous(), 0).t();
            return (log, log.exp());
        }

        Tensor probabilities = functional.softmax(cool, 1);
        (Tensor largest, Tensor logarithm) = Largest(cool, probabilities);
        Tensor shift = logarithm.sub_(largest);
        return (ReferenceEquals(cool, logits) ? cool.Add(shift) : cool.AddInPlace(shift), probabilities);
    }

    /// <summary>softmax(logits) of each row, [R, C], and its logarithm at the label alone, [R, 1]. Without graph.</summary>
    public static (Tensor LogOfLabel, Tensor Probabilities) OfLabel(Tensor logits, Tensor column)
    {
        if (logits.size(1) < ShortRow)
        {
            (Tensor log, Tensor all) = Both(logits, 1);
            return (log.gather(1, column), all);
        }

        Tensor probabilities = functional.softmax(logits, 1);
        (Tensor largest, Tensor logarithm) = Largest(logits, probabilities);
        return (logits.gather(1, column).sub_(largest).AddInPlace(logarithm), probabilities);
    }

    /// <summary>Student and teacher, softened alike: probabilities and their logarithms. Without graph.</summary>
    public static ((Tensor Log, Tensor Probabilities) Student, (Tensor Log, Tensor Probabilities) Teacher) BothOf(LogitRows rows, double temperature) =>
        (Both(rows.Student, temperature), Both(rows.Teacher, temperature));

    /// <summary>
    /// scale · KL(p ‖ q) of each row, and its gradient at the student's logits, for q = softmax(s/T) of the student and p = softmax(t/T) of the teacher.
    /// </summary>
    public static RowLossGradient Forward(LogitRows rows, double temperature, double scale)
    {
        ((Tensor logStudent, Tensor student), (Tensor logTeacher, Tensor teacher)) = BothOf(rows, temperature);
        Tensor values = logTeacher.sub_(logStudent).MaskedFillInPlace(teacher.Eq(0), 0).mul_(teacher).sum(1);
        return new(Scale(values, scale), Scale(student.sub_(teacher), scale / temperature));
    }

    /// <summary>KL(q ‖ p) of each row, and its gradient at the student's logits.</summary>
    public static RowLossGradient Reverse(LogitRows rows, double temperature)
    {
        ((Tensor logStudent, Tensor student), (Tensor logTeacher, _)) = BothOf(rows, temperature);
        Tensor terms = logStudent.sub_(logTeacher).MaskedFillInPlace(student.Eq(0), 0).mul_(student);
        Tensor values = terms.sum(1, keepdim: true);
        return new(values.squeeze(1), Scale(terms.sub_(student.mul_(values)), 1 / temperature));
    }

    /// <summary>The classes besides the label among themselves, and the label against them. Without graph.</summary>
    public static NonTargetClasses Others(Tensor logits, Tensor column, double temperature)
    {
        Tensor cool = Cool(logits, temperature);
        Tensor label = cool.gather(1, column);
        Tensor ruledOut = KeptAliveScalar.FullLike(column, double.NegativeInfinity, cool.dtype);
        Tensor largest = cool.scatter_(1, column, ruledOut).amax([1L], keepdim: true);
        (Tensor log, Tensor probabilities) = Both(cool.MaskedFillInPlace(largest.Eq(double.NegativeInfinity), 0).scatter_(1, column, ruledOut), 1);

        // What the logits lost when they became logarithms is the logarithm of the sum of their exponentials.
        return new(log, probabilities, label.sub_(largest).AddInPlace(log.amax([1L], keepdim: true)));
    }

    /// <summary>Multiplies in place, but does not pass over the numbers for a factor of 1.</summary>
    public static Tensor Scale(Tensor own, double factor)
    {
        return factor == 1 ? own : own.MulInPlace(factor);
    }

    /// <summary>KL(p ‖ q) of each row, [R], from log-probabilities; +∞ where q rules out what p does not.</summary>
    public static Tensor Divergence(Tensor logP, Tensor logQ)
    {
        Tensor p = logP.exp();
        return (p * (logP - logQ).MaskedFill(p.Eq(0), 0)).sum(1);
    }

    /// <summary>KL(Bernoulli(σ(t)) ‖ Bernoulli(σ(s))) of each element, from the logarithms of the odds.</summary>
    public static Tensor BinaryDivergence(Tensor teacher, Tensor student) => BinaryTerm(teacher, student).Add(BinaryTerm(teacher.neg(), student.neg()));

    /// <summary>p · log q, 0 where p is.</summary>
    public static Tensor Term(Tensor p, Tensor logQ) => p * logQ.MaskedFill(p.Eq(0), 0);

    /// <summary>Log-probabilities of which none is −∞, for a loss that takes both of a class from a mixture: below the bound both are 0.</summary>
    public static Tensor Bound(Tensor log) => log.ClampMin(Loss.MinLogarithm);

    /// <summary>logits / T for a temperature that is learned: a logit of −∞ stays what it is, and does not reach the temperature's gradient.</summary>
    public static Tensor Divide(Tensor logits, Tensor temperature)
    {
        Tensor ruledOut = logits.Eq(double.NegativeInfinity);
        return (logits.MaskedFill(ruledOut, 0) / temperature).MaskedFill(ruledOut, double.NegativeInfinity);
    }

    /// <summary>The logarithm of the sum of exponentials of each row, [R, 1]; −∞, without a gradient, of a row of nothing but −∞.</summary>
    public static Tensor LogSum(Tensor logits)
    {
        Tensor none = IsEmpty(logits);
        return logits.MaskedFill(none, 0).logsumexp(1, keepdim: true).MaskedFill(none, double.NegativeInfinity);
    }

    /// <summary>Where a row has nothing but −∞, [R, 1].</summary>
    public static Tensor IsEmpty(Tensor logits) => logits.detach().amax([1L], keepdim: true).Eq(double.NegativeInfinity);

    /// <summary>log(a · p + (1 − a) · q), from log-probabilities; a in [0, 1].</summary>
    public static Tensor Mix(double share, Tensor logP, Tensor logQ) => torch.logaddexp(logP.Add(Math.Log(share)), logQ.Add(Math.Log(1 - share)));

    /// <summary>Brings a gradient at the probabilities softmax(logits / T) to the logits: q · (g − Σ q · g) / T. It takes the place of both.</summary>
    public static Tensor ToLogits(Tensor gradient, Tensor probabilities, double temperature)
    {
        gradient.mul_(probabilities);
        return gradient.sub_(probabilities.mul_(gradient.sum(1, keepdim: true))).MulInPlace(1 / temperature);
    }

    /// <summary>Where a class is the label of its row, [R, C].</summary>
    public static Tensor IsLabel(LogitRows rows) => KeptAliveScalar.Arange(0, rows.Classes, rows.Labels.dtype, rows.Labels.device).eq(rows.Labels.unsqueeze(1));

    /// <summary>
    /// log softmax(logits / T) over the classes besides the label, [R, C]; 0 at the label itself. Where all others are ruled out they are alike.
    /// </summary>
    public static Tensor LogOthers(Tensor logits, Tensor isLabel, double temperature)
    {
        Tensor others = Cool(logits, temperature).MaskedFill(isLabel, double.NegativeInfinity);
        return functional.log_softmax(others.MaskedFill(IsEmpty(others), 0).MaskedFill(isLabel, double.NegativeInfinity), 1).MaskedFill(isLabel, 0);
    }

    // The largest logit and the logarithm of its probability, [R, 1]. That is never near 0, so that its logarithm can be taken, and from it all others follow:
    // their exponentials a second time, or a logarithm of each, would cost more than the softmax.
    private static (Tensor Logit, Tensor Logarithm) Largest(Tensor logits, Tensor probabilities) =>
        (logits.amax([1L], keepdim: true), probabilities.amax([1L], keepdim: true).log_());

    private static Tensor BinaryTerm(Tensor teacher, Tensor student) =>
        Term(teacher.sigmoid(), functional.logsigmoid(teacher) - functional.logsigmoid(student));

    private static Tensor Cool(Tensor logits, double temperature)
    {
        return logits.Mul(1 / temperature);
    }
}
