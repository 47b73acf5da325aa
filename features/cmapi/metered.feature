@client @cls @site
Feature: Metered features
  What is metered is charged, request by request, and does not come back by itself.

  Background:
    Given a license server with the features:
      | feature | type    | count | reusable |
      | m1      | metered | 100   | false    |
      | m2      | metered | 100   | true     |

  @CM-MET-001
  Scenario: Metered features are requested like others
    When host A requests 10 of "m1" for "0d"
    Then nothing is denied

  @CM-MET-002
  Scenario: Charges add up
    When host A requests 10 of "m1" for "0d"
    And host A requests 15 of "m1" for "0d"
    Then 25 of "m1" are in use

  @CM-MET-002 @inferred
  Scenario: A request for other things gives no charge back
    When host A requests 10 of "m1" for "0d"
    And host A gives everything back
    Then 10 of "m1" are in use

  @CM-MET-003 @clock
  Scenario: An interval has no effect
    When host A requests 10 of "m1" for "1h"
    Then the answer grants:
      | feature | ends |
      | m1      | none |

  @CM-MET-003 @clock
  Scenario: Charges do not end
    When host A requests 10 of "m1" for "1h"
    And 2 hours pass
    Then 10 of "m1" are in use

  @CM-MET-006
  Scenario: What is reusable may be given back
    When host A requests 10 of "m2" for "0d"
    And host A gives back 4 of "m2"
    Then 6 of "m2" are in use

  @CM-MET-005
  Scenario: Beyond the cap nothing is granted
    When host A requests 90 of "m1" for "0d"
    And host A requests 11 of "m1" for "0d"
    Then "m1" is denied

  @CM-MET-006
  Scenario: What is not reusable is not given back
    When host A requests 10 of "m1" for "0d"
    And host A gives back 4 of "m1"
    Then 10 of "m1" are in use
