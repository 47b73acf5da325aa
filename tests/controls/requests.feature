@DM-GEN-001
Feature: Wrong expectations of access requests
  Each last line says what is not so, and has to fail.

  Background:
    Given a rate table of series "PublicationApps" with:
      | item       | version | rate |
      | PhotoPrint | 1.0     | 3    |
    And a line item "ACT01" of 1000 tokens

  Scenario: A refused request is called granted
    When LisaBarry requests 1 of "PhotoAlbum" "1.0"
    Then the request is granted

  Scenario: A granted request is called refused
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the request is refused

  Scenario: An answered item has another charge
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the items are answered:
      | item       | code | tokens |
      | PhotoPrint | 101  | 31     |

  Scenario: Another amount is charged
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then 31 tokens are charged

  Scenario: A charge is called nothing
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then nothing is charged

  Scenario: The answer has another status
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the answer has status 201

  Scenario: The answer holds another value
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the answer holds:
      | path                 | value     |
      | requestedItems/0/item | CADPrint |

  Scenario: A request is no list
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the answer holds a list of 1

  Scenario: An answer without errors mentions none
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then the errors mention "$.quantity"

  Scenario: No answer has a correlation ID
    When the producer lists the line items
    Then each answer has its own correlation ID

  Scenario: Another number of requests is granted
    When 3 clients each request 1 of "PhotoPrint" "1.0" at the same time
    Then exactly 2 requests were granted

  Scenario: A caller that is let in is called turned away
    When the producer lists the instances
    Then the caller is turned away

  Scenario: The line item has used another amount
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then "ACT01" has used 31 tokens

  Scenario: The line item has used more than the last answer charges
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    And LisaBarry requests 1 of "PhotoPrint" "1.0"
    Then "ACT01" has used what the answer charges

  Scenario: A part of the tokens is charged
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then no part of 20 tokens is charged alone

  Scenario: An answer without items has no codes
    When the producer lists the instances
    Then granted items have a code of class 1 and refused ones of class 2

  Scenario: The codes have another number of digits
    When LisaBarry requests 10 of "PhotoPrint" "1.0"
    Then every result code has 4 digits
