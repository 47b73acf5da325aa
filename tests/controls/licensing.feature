@DM-GEN-001
Feature: Wrong expectations of license servers
  Each last line says what is not so, and has to fail.

  Background:
    Given a license server with 3 of "f1"

  Scenario: Another count is granted
    When host A requests 2 of "f1"
    Then the answer grants:
      | feature | count |
      | f1      | 3     |

  Scenario: A grant is called nothing
    When host A requests 2 of "f1"
    Then nothing is granted

  Scenario: A denial is called nothing
    When host A requests 4 of "f1"
    Then nothing is denied

  Scenario: A grant is called a denial
    When host A requests 2 of "f1"
    Then "f1" is denied

  Scenario: Another count is in use
    When host A requests 2 of "f1"
    Then 3 of "f1" are in use

  Scenario: What is allowed is called forbidden
    When the Producer User sends GET "features"
    Then the call is forbidden

  Scenario: Who is let in is called a stranger
    When the Producer User sends GET "features"
    Then the caller is not let in

  Scenario: Elements have other members
    When the Producer User sends GET "features"
    Then each element of the answer has:
      | path   |
      | colour |

  Scenario: Nothing granted has no times
    When host A gives everything back
    Then the granted times are in ISO 8601 with milliseconds

  Scenario: Another answer is called a key
    When the Producer User sends GET "features"
    Then the answer holds the uploaded key

  Scenario: Who is let in is called refused
    Then "producer" and "nobody" are refused alike with "Producer-1!secret"

  Scenario: No two times are the same to the last bit
    Then guessing takes as long for "producer" as for "nobody", to within 0 ms and 0 %

  Scenario: What is repeated is called secret
    When the Producer User sends GET "features"
    Then the answer does not repeat "f1"

  @usage
  Scenario: A row has another quantity
    When host A requests 2 of "f1"
    Then the license rows are:
      | feature | quantity |
      | f1      | 3        |

  @usage
  Scenario: One request is called two
    When host A requests 2 of "f1"
    Then the license rows belong to 2 requests

  Scenario: A license server is told what it does not know
    Given the license server is set to:
      """
      {"colour": "red"}
      """
