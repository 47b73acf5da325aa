@administrator @cls @site
Feature: Reservations
  An administrator keeps counts of a feature for a host; all other counts are for who comes first.

  Background:
    Given a license server with 10 of "f1"
    When the Producer User sends POST "reservationgroups":
      """
      {"name": "support", "reservations": [{"hostId": {"type": "string", "value": "A"},
       "reservationEntries": [{"featureName": "f1", "featureVersion": "1.0", "featureCount": 4}]}]}
      """

  @CM-RES-001
  Scenario: Groups are listed with IDs on every level
    When the Producer User sends GET "reservationgroups"
    Then each element of the answer has:
      | path                                        |
      | id                                          |
      | reservations/0/id                           |
      | reservations/0/reservationEntries/0/id      |

  @CM-RES-007
  Scenario: The status of adding a group
    Then the answer follows the reading "cmapi.reservation.added.http"

  @CM-RES-002 @CM-RES-007
  Scenario: A name is given once
    When the Producer User sends POST "reservationgroups":
      """
      {"name": "support", "reservations": []}
      """
    Then the answer follows the reading "cmapi.reservation.duplicate.http"

  @CM-RES-003 @CM-RES-007
  Scenario: More than there is cannot be reserved
    When the Producer User sends POST "reservationgroups":
      """
      {"name": "more", "reservations": [{"hostId": {"type": "string", "value": "B"},
       "reservationEntries": [{"featureName": "f1", "featureVersion": "1.0", "featureCount": 7}]}]}
      """
    Then the answer follows the reading "cmapi.reservation.insufficient.http"

  @CM-RES-004
  Scenario: A deleted group reserves nothing
    When the Producer User sends GET "reservationgroups"
    And the Producer User sends DELETE "reservationgroups/$FIRST"
    And host B requests 10 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 10    |

  @CM-RES-005
  Scenario: Others do not get what is reserved
    When host B requests 7 of "f1"
    Then "f1" is denied

  @CM-RES-005
  Scenario: Others get what is not reserved
    When host B requests 6 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 6     |

  @CM-GRANT-004
  Scenario: A host gets what is reserved and then of the rest
    When host B requests 5 of "f1"
    And host A requests 5 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 5     |

  @CM-GRANT-002
  Scenario: A request for nothing is granted what is reserved
    When host A gives everything back
    Then the answer grants:
      | feature | count |
      | f1      | 4     |

  @CM-ROLE-001
  Scenario: The instance administrator reserves, too
    When the instance administrator sends POST "reservationgroups":
      """
      {"name": "other", "reservations": []}
      """
    Then the answer follows the reading "cmapi.reservation.added.http"
