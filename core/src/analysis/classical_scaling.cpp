#include <Eigen/Dense>
#include <cmath>

#include "language_distance.h"
#include "moebel/analysis/language_map.h"

namespace moebel
{
namespace
{

/// Inner products of points around their centre that have these distances: -1/2 J D^2 J.
Eigen::MatrixXd innerProducts(const Distances& distances)
{
    const auto n = Eigen::Index(distances.size());
    Eigen::MatrixXd squares(n, n);
    for (Eigen::Index a = 0; a < n; ++a)
        for (Eigen::Index b = 0; b < n; ++b) {
            const double distance = distances.at(std::size_t(a), std::size_t(b));
            squares(a, b) = distance * distance;
        }
    const Eigen::MatrixXd centring = Eigen::MatrixXd::Identity(n, n) - Eigen::MatrixXd::Constant(n, n, 1.0 / double(n));
    return -0.5 * centring * squares * centring;
}

/// An eigenvector may point either way: the coordinate of largest magnitude becomes positive, the first of equal ones.
Eigen::VectorXd turned(const Eigen::VectorXd& axis)
{
    Eigen::Index largest = 0;
    for (Eigen::Index i = 1; i < axis.size(); ++i)
        if (std::abs(axis[i]) > std::abs(axis[largest]) + 1e-9) largest = i;
    return axis[largest] < 0 ? Eigen::VectorXd(-axis) : axis;
}

}  // namespace

Result<LanguageMap> classicalScaling(const LanguageMatrix& matrix)
{
    if (Status known = everyPairKnown(matrix); !known) return known.error();
    LanguageMap map;
    map.points.resize(matrix.size());
    if (matrix.size() < 2) return map;
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(innerProducts(Distances(matrix)));
    const Eigen::VectorXd& values = solver.eigenvalues();  // ascending
    const double positive = values.cwiseMax(0.0).sum();
    for (Eigen::Index dimension = 0; dimension < 2; ++dimension) {
        const Eigen::Index place = values.size() - 1 - dimension;
        const double value = std::max(0.0, values[place]);
        const Eigen::VectorXd axis = turned(solver.eigenvectors().col(place));
        for (std::size_t i = 0; i < map.points.size(); ++i)
            (dimension == 0 ? map.points[i].x : map.points[i].y) = std::sqrt(value) * axis[Eigen::Index(i)];
        if (positive > 0) map.shown += value / positive;
    }
    return map;
}

}  // namespace moebel
